using System.Globalization;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Picture;
using Lagesbild.Statistics;

namespace Lagesbild.Pages;

/// <summary>
/// Numbers, dates and words as a Swede writes them. What is uncertain is written as uncertain, and what is missing is
/// said in words: masked is never 0, silent is never "inga operationer".
/// </summary>
public static class Swedish
{
    /// <summary>Keeps a number and its unit on one line.</summary>
    private const char Hold = '\u00a0';

    private static readonly string[] ShortMonths =
    [
        "jan",
        "feb",
        "mars",
        "apr",
        "maj",
        "juni",
        "juli",
        "aug",
        "sep",
        "okt",
        "nov",
        "dec",
    ];

    public static string Masked { get; } = Absence.Masked.Word()!.Swedish;
    public const string Silent = "inget rapporterat – enheten kan ha slutat lämna uppgifter";

    private static CultureInfo Culture { get; } = WithFixedSeparators();

    /// <summary>1 234</summary>
    public static string Number(long n) => n.ToString("#,0", Culture);

    /// <summary>For an address, not for a reader.</summary>
    public static string Plain(int n) => n.ToString(CultureInfo.InvariantCulture);

    /// <summary>87 dagar, 1 dag</summary>
    public static string Days(int days) => $"{Number(days)}{Hold}{(days == 1 ? "dag" : "dagar")}";

    /// <summary>84–90 dagar; 84 dagar eller mer</summary>
    public static string Days(int from, int? to) =>
        to is null ? $"{Days(from)} eller mer"
        : to == from ? Days(from)
        : $"{Number(from)}–{Days(to.Value)}";

    /// <summary>52,8 %</summary>
    public static string Share(double share) => (share * 100).ToString("0.0", Culture) + Hold + "%";

    /// <summary>120 km</summary>
    public static string Kilometres(double km) => $"{Number((long)Math.Round(km))}{Hold}km";

    /// <summary>21 november 2026</summary>
    public static string Date(DateOnly date) => date.ToString($"d{Hold}MMMM{Hold}yyyy", Culture);

    /// <summary>22 november 2026 kl. 03.12, in Sweden.</summary>
    public static string Time(DateTimeOffset instant) =>
        TimeZoneInfo
            .ConvertTime(instant, StockholmClock.TimeZone)
            .ToString($"d{Hold}MMMM{Hold}yyyy 'kl.'{Hold}HH.mm", Culture);

    /// <summary>24 augusti–21 november 2026</summary>
    public static string Dates(DateOnly from, DateOnly to) =>
        from.Year == to.Year ? $"{from.ToString($"d{Hold}MMMM", Culture)}–{Date(to)}" : $"{Date(from)}–{Date(to)}";

    /// <summary>oktober 2026</summary>
    public static string Name(Month month) => month.FirstDay.ToString("MMMM yyyy", Culture);

    /// <summary>okt</summary>
    public static string ShortName(Month month) => ShortMonths[month.Number - 1];

    /// <summary>senaste 90 dagarna</summary>
    public static string Name(Period period) => $"senaste {Number(period.Days)}{Hold}dagarna";

    public static string Name(Operator runBy) => runBy.Word().Swedish;

    /// <summary>Dalarna, Jönköpings län: a region's name where the word region is already said.</summary>
    public static string ShortName(Region region) =>
        region.Name.StartsWith("Region ", StringComparison.Ordinal) ? region.Name["Region ".Length..] : region.Name;

    /// <summary>Capital first, for a heading made of a phrase.</summary>
    public static string Heading(string phrase) => Culture.TextInfo.ToUpper(phrase[0]) + phrase[1..];

    /// <summary>14 enheter, 1 enhet</summary>
    public static string Units(int n) => $"{Number(n)}{Hold}{(n == 1 ? "enhet" : "enheter")}";

    /// <summary>14 enheter, 2 till för få för att visas: what a level's figure is made of.</summary>
    public static string Contributing(in Figure figure) =>
        Units(figure.Units) + (figure.UnitsMasked > 0 ? $", {Number(figure.UnitsMasked)} till {Masked}" : "");

    public static string Plural(Level level) =>
        level switch
        {
            Level.Unit => "Enheter",
            Level.Region => "Regioner",
            _ => "Sjukvårdsregioner",
        };

    /// <summary>
    /// The median in completed days, or what is known of it: "87 dagar", "mer än 728 dagar". Never outside its bounds,
    /// though a median kept with two decimals may have been rounded up to the next day.
    /// </summary>
    public static string Median(in Figure figure)
    {
        if (figure.MedianOpenEndedFromDays is { } from)
        {
            return $"mer än {Days(from)}";
        }

        return figure.MedianCompletedDays is { } days ? Days(days) : "";
    }

    /// <summary>What binning hides: "ca 84–90 dagar". Null where the median is exact or open-ended.</summary>
    public static string? MedianRange(in Figure figure) =>
        figure.MedianDays is null || figure.MedianLowerDays is not { } lower || figure.MedianUpperDays == lower
            ? null
            : $"ca{Hold}{Days(lower, figure.MedianUpperDays)}";

    /// <summary>What chance hides: "77–97 dagar". Null below six patients.</summary>
    public static string? Interval(in Figure figure) =>
        figure.IntervalLowerDays is { } lower ? Days(lower, figure.IntervalUpperDays) : null;

    /// <summary>"161 dagar", "mer än 728 dagar", or why there is none.</summary>
    public static string P90(in Figure figure) =>
        figure.P90OpenEndedFromDays is { } from ? $"mer än {Days(from)}"
        : figure.P90CompletedDays is { } days ? Days(days)
        : figure.IsPresent ? "för få"
        : "";

    /// <summary>"52,8 %", with ca where a bin straddles the ninetieth day.</summary>
    public static string Within90Days(in Figure figure) =>
        figure.Within90DaysUnrounded is { } share
            ? (figure.Within90DaysIsInterpolated ? $"ca{Hold}" : "") + Share(share)
            : "";

    /// <summary>Why there is no figure; null where there is.</summary>
    public static string? WhyMissing(Absence absence, Period period) =>
        absence switch
        {
            Absence.Present => null,
            Absence.Masked => Masked,
            Absence.None => period.IsMonth ? "inga operationer" : $"inga operationer {Name(period)}",
            _ => Silent,
        };

    /// <summary>kortare, liknande, längre</summary>
    public static string? Name(ComparedWith word) => word.Word()?.Swedish;

    /// <summary>For the stylesheet.</summary>
    public static string? ClassOf(ComparedWith word) =>
        word switch
        {
            ComparedWith.Shorter => "shorter",
            ComparedWith.Similar => "similar",
            ComparedWith.Longer => "longer",
            _ => null,
        };

    /// <summary>How much shorter or longer than the country: "ca 21 dagar"; null where that is within chance.</summary>
    public static string? Difference(in Figure figure, in Figure country) =>
        figure.ComparedToCountry is ComparedWith.Shorter or ComparedWith.Longer
        && figure.MedianDays is { } own
        && country.MedianDays is { } whole
            ? $"ca{Hold}{Days((int)Math.Round(Math.Abs(own - whole)))}"
            : null;

    /// <summary>
    /// Against the patient's home: "ca 60 dagar kortare", "samma median". What looks like a difference and may be none says so.
    /// </summary>
    public static string Difference(in HomeDifference home)
    {
        var days = (int)Math.Round(home.Days);
        var mayBeChance =
            home.Word == ComparedWith.Similar && Math.Abs(home.Days) >= MedianInterval.LeastDifferenceDays;
        return days == 0
            ? "samma median"
            : $"ca{Hold}{Days(Math.Abs(days))} {(days < 0 ? "kortare" : "längre")}{(mayBeChance ? ", kan vara slump" : "")}";
    }

    /// <summary>Why a figure is not compared with the patient's home.</summary>
    public static string WhyNotComparedWithHome(Row row, Place home, Figure? figure) =>
        row.Place.IsSameAs(home) ? "hemma"
        : figure is not { IsPresent: true } ? "hemma har ingen siffra"
        : figure.Value.MedianDays is null || row.Figure.MedianDays is null ? "median saknas"
        : row.Figure.Count < MedianInterval.LeastForComparison ? "för få för att jämföra"
        : "för få hemma för att jämföra";

    /// <summary>For a telephone link: the digits, and a plus before them if there is one.</summary>
    public static string Dialled(string telephone) =>
        string.Concat(telephone.Where((letter, i) => char.IsAsciiDigit(letter) || (letter == '+' && i == 0)));

    /// <summary>Why a figure is not compared with the country.</summary>
    public static string WhyNotCompared(in Figure figure, in Figure country) =>
        !figure.IsPresent ? ""
        : figure.Count < MedianInterval.LeastForComparison ? "för få för att jämföra"
        : figure.MedianDays is null || country.MedianDays is null ? "median saknas"
        : "för stor del av landet";

    /// <summary>
    /// "41 av 310": how many of class 3–4 among those whose class is known. Where a number was delivered as "&lt;5", the
    /// bounds that it leaves: "1–4 av 17", "248–320 av 1 601".
    /// </summary>
    public static string AsaCount(in AsaShare asa) =>
        asa is not { Known: { } known, CountAtLeast: { } least, CountAtMost: { } most } ? Masked
        : least == most ? $"{Number(least)} av{Hold}{Number(known)}"
        : $"{Number(least)}–{Number(most)} av{Hold}{Number(known)}";

    /// <summary>"13,2 %", "ca 13,2 %", "högst 8,0 %", "3,1–6,0 %"; null where there is no share.</summary>
    public static string? AsaShareText(in AsaShare asa) =>
        asa.Share is { } share ? (asa.IsApproximate ? $"ca{Hold}" : "") + Share(share)
        : asa is not { AtLeast: { } least, AtMost: { } most } ? null
        : IsOneToFour(asa) ? $"högst {Share(most)}"
        : $"{(least * 100).ToString("0.0", Culture)}–{Share(most)}";

    // A single "<5".
    private static bool IsOneToFour(in AsaShare asa) => asa is { CountAtLeast: 1, CountAtMost: 4 };

    private static CultureInfo WithFixedSeparators()
    {
        // The machine's own data may be of any edition.
        var culture = (CultureInfo)ProcedureCatalogue.Swedish.Clone();
        culture.NumberFormat.NumberGroupSeparator = Hold.ToString();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        return culture;
    }
}
