using System.Globalization;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Tests.Deliveries;

/// <summary>
/// A register that does not exist, in a format that nobody uses: one reader class and one registration, and its figures
/// are there.
/// </summary>
public sealed class ThirdSourceTests
{
    private const string Falun = "SE2321000180-EX71";
    private const string Gothenburg = "SE5560000001-EX72";

    private const string Delivery = """
        VTDB 2026-11-21
        unit SE2321000180-EX71 20 2080 Exempelmottagningen Falun
        unit SE5560000001-EX72 14 1480 Exempelmottagningen Göteborg
        SE2321000180-EX71 QXA 365 = 3 3 3 8 8 30 30 30
        SE5560000001-EX72 QXA 365 = 40 40 41 41 42 42
        SE5560000001-EX72 QXA 90 = hidden
        """;

    /// <summary>Whole waits, patient by patient, in plain text: as unlike the two registers' formats as can be.</summary>
    private sealed class WaitingTimeDatabaseReader : ISourceReader
    {
        public string Extension => ".txt";

        public Source Source { get; } =
            new(
                "VTDB",
                "En påhittad väntetidsdatabas",
                new Bilingual("Från remiss till besök.", "From referral to visit."),
                new Bilingual("från remiss till besök", "from referral to visit"),
                new Bilingual("Ingen.", "None."),
                [new PatientGroup("*", "all", "Alla")],
                GroupParameter: null,
                GroupLabel: null,
                GroupsPartition: false,
                HasAsa: false
            );

        public void Read(Stream content, DeliveryBuilder delivery, CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(content, leaveOpen: true);
            var number = 0;
            while (reader.ReadLine() is { } line)
            {
                cancellationToken.ThrowIfCancellationRequested();
                number++;
                var words = line.Split(' ');
                if (words[0] == "VTDB")
                {
                    var date = DateOnly.Parse(words[1], CultureInfo.InvariantCulture);
                    delivery.SetHeader(date, DateTimeOffset.UnixEpoch, isSynthetic: true, number);
                }
                else if (words[0] == "unit")
                {
                    var name = string.Join(' ', words[4..]);
                    delivery.DeclareUnit(
                        new DeliveredUnit(words[1], name, words[2], words[3], Operator.Public),
                        number
                    );
                }
                else if (delivery.FindUnit(Encoding.ASCII.GetBytes(words[0])) is >= 0 and var unit)
                {
                    ReadCell(words, unit, delivery, number);
                }
                else
                {
                    delivery.Findings.Error("unit-unknown", "Enheten är inte deklarerad.", null, number);
                }
            }
        }

        private static void ReadCell(string[] words, int unit, DeliveryBuilder delivery, int line)
        {
            var procedure = delivery.PlaceOfProcedure(Encoding.ASCII.GetBytes(words[1]));
            var period = words[2] == "365" ? Period.Days365 : Period.Days90;
            if (!delivery.BeginCell(unit, procedure, period, 0, line))
            {
                return;
            }

            if (words[^1] == "hidden")
            {
                delivery.MaskCell(line);
            }
            else
            {
                foreach (var wait in words[4..].Select(w => int.Parse(w, CultureInfo.InvariantCulture)).CountBy(w => w))
                {
                    delivery.AddBin(wait.Key, wait.Key, wait.Value, line);
                }
            }

            delivery.EndCell();
        }
    }

    private static readonly SourceReaders Readers = new([
        .. SourceReaders.Standard.All,
        new WaitingTimeDatabaseReader(),
    ]);

    // The catalogue says which source answers for a procedure.
    private static readonly ProcedureCatalogue Catalogue = new(
        [.. Reading.Catalogue.Procedures, Procedure.Unknown("QXA", "VTDB")],
        Reading.Catalogue.Regions,
        Reading.Catalogue.Municipalities
    );

    [Fact]
    public void A_third_source_is_one_reader_and_one_registration_from_file_to_figures()
    {
        var result = Read(Delivery);
        Assert.False(result.Findings.HasErrors, Reading.Codes(result));
        var contents = result.Contents!;
        var origin = new PictureSource(
            contents.Source,
            contents.Version.ReferenceDate,
            contents.Version.Correction,
            contents.IsSynthetic,
            result.FileName,
            result.Sha256,
            contents.CreatedAt,
            contents.CreatedAt,
            contents.Counts.Units,
            contents.Counts.Operations
        );
        var picture = new Picture.Picture(
            "1",
            contents.CreatedAt,
            Catalogue,
            [SourcePicture.Build(contents, origin, Catalogue)]
        );
        var procedure = picture.FindProcedure("QXA")!;
        Assert.Equal("VTDB", procedure.Source.Code);

        // Falun: 3 3 3 8 8 30 30 30, k = 4: 8 + (4 − 3)/2. Gothenburg: 40 40 41 41 42 42, k = 3: 41 + (3 − 2)/2.
        Figure Of(Place place) => procedure.FindFigure(place, Period.Days365, 0)!.Value;
        Assert.Equal(8.5, Of(Place.Of(picture.FindUnit(Falun)!)).MedianDays);
        Assert.Equal(41.5, Of(Place.Of(picture.FindUnit(Gothenburg)!)).MedianDays);
        // Together 14, k = 7: three 3, two 8, three 30: 30 + (7 − 5)/3, and never the median of the two medians.
        var country = Of(Place.Country);
        Assert.Equal((14L, 30.67, 2), (country.Count, country.MedianDays, country.Units));
        Assert.Equal(
            Absence.Masked,
            procedure.FindFigure(Place.Of(picture.FindUnit(Gothenburg)!), Period.Days90, 0)!.Value.Absence
        );
    }

    [Fact]
    public void What_no_format_has_to_do_with_is_judged_for_it_too()
    {
        Assert.Contains("below-minimum", Read(Delivery + "\n" + Falun + " QXB 365 = 3 4").Findings.Counts.Keys);
        Assert.Contains("cell-duplicate", Read(Delivery + "\n" + Falun + " QXA 365 = 1 2 3 4 5").Findings.Counts.Keys);
        Assert.Contains("bin-order", Read(Delivery + "\n" + Falun + " QXB 365 = 5 5 5 4 4 4").Findings.Counts.Keys);
    }

    private static DeliveryResult Read(string text) =>
        Readers.Read(
            "VTDB_2026-11-21.txt",
            new MemoryStream(Encoding.UTF8.GetBytes(text)),
            new ReadContext(Catalogue, Reading.Today, AllowSynthetic: true),
            "VTDB",
            TestContext.Current.CancellationToken
        );
}
