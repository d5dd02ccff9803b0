using System.Globalization;
using System.Text.Json;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

/// <summary>How these tests read a file, and how they ask for a finding.</summary>
internal static class Reading
{
    public static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();

    public static readonly DateOnly Today = new(2026, 11, 22);

    /// <summary>Cultures with other decimal signs, dotless i's, other calendars and other digits.</summary>
    public static readonly string[] Cultures = ["sv-SE", "en-US", "tr-TR", "ar-SA"];

    public static DeliveryResult Read(
        string name,
        byte[] content,
        DateOnly? today = null,
        bool allowSynthetic = true,
        DeliveryVersion? published = null,
        string? expectedSource = null
    ) =>
        SourceReaders.Standard.Read(
            name,
            new MemoryStream(content, writable: false),
            new ReadContext(Catalogue, today ?? Today, allowSynthetic, published),
            expectedSource,
            TestContext.Current.CancellationToken
        );

    public static DeliveryResult Read(SporFile file) => Read(file.Name, file.ToBytes());

    public static DeliveryResult Read(NcrFile file) => Read(file.Name, file.ToBytes());

    public static DeliveryResult Under(string culture, Func<DeliveryResult> read)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
            return read();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    /// <summary>Everything that a receipt could tell of the result.</summary>
    public static string Told(DeliveryResult result) =>
        JsonSerializer.Serialize(
            new
            {
                result.FileName,
                result.Source?.Code,
                result.Version,
                result.Counts,
                Counted = result.Findings.Counts,
                result.Findings.Listed,
            }
        );

    public static string Codes(DeliveryResult result) =>
        string.Join(
            "; ",
            result.Findings.Listed.Select(f =>
                string.Create(CultureInfo.InvariantCulture, $"{f.Code} {f.Entry}:{f.Line}:{f.Column} {f.Message}")
            )
        );
}
