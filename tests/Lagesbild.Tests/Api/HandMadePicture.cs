using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Api;

/// <summary>
/// A picture small enough to be worked by hand. Knee replacement (NGB), the last 90 days:
/// <code>
/// Falun      20 public      [0,6] 10  [7,13] 21  [14,20] 10                N 41  median 10.5
/// Åre        23 non-profit  [84,90] 5  [91,97] 5                           N 10  median 91
/// Östersund  23 public      [0,6] 1  [728,∞) 6                             N  7  open-ended
/// Ängen      20 private     masked
/// Björken    01 private     none (it did another procedure)
/// Tysta      01 public      not reported (it sent nothing shorter than 365 days)
/// country                   [0,6] 11 [7,13] 21 [14,20] 10 [84,90] 5 [91,97] 5 [728,∞) 6    N 58  median 13
/// </code>
/// </summary>
internal static class HandMadePicture
{
    public const string Falun = "SE2321000180-EX11";
    public const string Angen = "SE2321000180-EX12";
    public const string Are = "SE2321000131-EX13";
    public const string Ostersund = "SE2321000131-EX14";
    public const string Tysta = "SE2321000016-EX15";
    public const string Bjorken = "SE2321000016-EX16";
    public const string Ogon = "SE2321000180-EX41";

    public static readonly DateOnly SporDate = new(2026, 11, 21);
    public static readonly DateOnly NcrDate = new(2026, 11, 18);

    private static readonly DateTimeOffset Published = new(2026, 11, 22, 3, 30, 0, TimeSpan.FromHours(1));

    public static Picture.Picture Build(ProcedureCatalogue catalogue, string id = "picture-1") =>
        new(id, Published, catalogue, [Part(Spor(catalogue), catalogue, true), Part(Ncr(catalogue), catalogue, true)]);

    private static SourcePicture Part(DeliveryContents contents, ProcedureCatalogue catalogue, bool isSynthetic) =>
        SourcePicture.Build(
            contents,
            new PictureSource(
                contents.Source,
                contents.Version.ReferenceDate,
                1,
                isSynthetic,
                $"{contents.Source.Code}_{contents.Version.ReferenceDate:yyyy-MM-dd}.made",
                new string(contents.Source.Code == "SPOR" ? 'a' : 'b', 64),
                Published.AddMinutes(-1),
                Published,
                contents.Counts.Units,
                contents.Counts.Operations
            ),
            catalogue
        );

    private static DeliveryContents Spor(ProcedureCatalogue catalogue)
    {
        var made = new Made("SPOR", catalogue, SporDate);
        var falun = made.Unit(Falun, "Exempelsjukhuset Falun", "20", "2080", Operator.Public);
        var angen = made.Unit(Angen, "Ängens klinik", "20", "2081", Operator.Private);
        var are = made.Unit(Are, "Åre kirurgi", "23", "2321", Operator.NonProfit);
        var ostersund = made.Unit(Ostersund, "Exempelsjukhuset Östersund", "23", "2380", Operator.Public);
        var tysta = made.Unit(Tysta, "Tysta kliniken", "01", "0180", Operator.Public);
        var bjorken = made.Unit(Bjorken, "Björkens operation", "01", "0180", Operator.Private);

        made.Cell(falun, "NGB", Period.Days90, 0, (0, 6, 10), (7, 13, 21), (14, 20, 10));
        made.Cell(falun, "NGB", Period.Days90, 1, (0, 6, 10));
        made.Cell(are, "NGB", Period.Days90, 0, (84, 90, 5), (91, 97, 5));
        made.Cell(ostersund, "NGB", Period.Days90, 0, (0, 6, 1), (728, null, 6));
        made.Cell(angen, "NGB", Period.Days90, 0);
        made.Cell(bjorken, "NFB", Period.Days90, 0, (28, 34, 9));

        made.Cell(falun, "NGB", Period.Days365, 0, (7, 13, 400));
        made.Cell(are, "NGB", Period.Days365, 0, (84, 90, 50));
        made.Cell(ostersund, "NGB", Period.Days365, 0, (0, 6, 12), (728, null, 6));
        made.Cell(angen, "NGB", Period.Days365, 0);
        made.Cell(tysta, "NGB", Period.Days365, 0, (7, 13, 30));
        made.Cell(bjorken, "NGB", Period.Days365, 0, (7, 13, 25));
        made.Cell(bjorken, "NFB", Period.Days365, 0, (28, 34, 30));

        // October is the last of the 18 months, May 2025 the first.
        made.Cell(falun, "NGB", Period.OfMonth(17), 0, (0, 6, 4), (7, 13, 4));
        made.Cell(falun, "NGB", Period.OfMonth(16), 0);
        made.Cell(falun, "NFB", Period.OfMonth(15), 0, (28, 34, 9));
        made.Cell(are, "NGB", Period.OfMonth(17), 0, (84, 90, 5));

        made.Asa(falun, "NGB", AsaCount.Exact(310, 41));
        made.Asa(are, "NGB", AsaCount.FewerThanFive(50));
        made.Asa(ostersund, "NGB", AsaCount.Exact(12, 5));
        made.Asa(tysta, "NGB", AsaCount.Masked(28));
        made.Asa(bjorken, "NGB", AsaCount.Exact(25, 0));
        made.Asa(bjorken, "NFB", AsaCount.Exact(30, 6));
        return made.Contents();
    }

    private static DeliveryContents Ncr(ProcedureCatalogue catalogue)
    {
        var made = new Made("NCR", catalogue, NcrDate);
        var ogon = made.Unit(Ogon, "Exempelkliniken Ögon Falun", "20", "2080", Operator.Private);
        made.Cell(ogon, "CJE", Period.Days90, 0, (0, 6, 3), (7, 13, 19), (14, 20, 61), (21, 27, 40), (728, null, 1));
        made.Cell(ogon, "CJE", Period.Days90, 1);
        made.Cell(ogon, "CJE", Period.Days365, 0, (14, 20, 500));
        return made.Contents();
    }

    private sealed class Made(string source, ProcedureCatalogue catalogue, DateOnly referenceDate)
    {
        private readonly DeliveryBuilder _builder = Begin(source, catalogue, referenceDate);

        private static DeliveryBuilder Begin(string source, ProcedureCatalogue catalogue, DateOnly referenceDate)
        {
            var builder = new DeliveryBuilder(
                SourceReaders.Standard.Find(source)!.Source,
                new ReadContext(catalogue, new DateOnly(2026, 11, 22), true),
                new DeliveryVersion(referenceDate, 1),
                new Findings()
            );
            builder.SetHeader(referenceDate, Published, true, null);
            return builder;
        }

        public int Unit(string hsaId, string name, string region, string municipality, Operator kind)
        {
            _builder.DeclareUnit(new DeliveredUnit(hsaId, name, region, municipality, kind), 1);
            return _builder.UnitCount - 1;
        }

        /// <summary>Without bins it is masked.</summary>
        public void Cell(int unit, string code, Period period, int group, params (int From, int? To, int Count)[] bins)
        {
            Assert.True(_builder.BeginCell(unit, PlaceOf(code), period, group, 1));
            if (bins.Length == 0)
            {
                _builder.MaskCell(1);
            }

            foreach (var (from, to, count) in bins)
            {
                _builder.AddBin(from, to, count, 1);
            }

            _builder.EndCell();
        }

        public void Asa(int unit, string code, AsaCount asa) => _builder.AddAsa(unit, PlaceOf(code), asa, 1);

        public DeliveryContents Contents()
        {
            Assert.False(_builder.Findings.HasErrors, string.Join("; ", _builder.Findings.Listed));
            return _builder.Build()!;
        }

        private int PlaceOf(string code) => _builder.PlaceOfProcedure(Encoding.ASCII.GetBytes(code));
    }
}
