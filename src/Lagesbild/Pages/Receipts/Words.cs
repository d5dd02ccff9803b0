using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Statistics;

namespace Lagesbild.Pages.Receipts;

/// <summary>What operators read about deliveries.</summary>
internal static class Words
{
    public static string Name(DeliveryState state) =>
        state switch
        {
            DeliveryState.Refused => "nekad",
            DeliveryState.Held => "väntar på beslut",
            DeliveryState.Published => "publicerad",
            _ => "ersatt",
        };

    public static string Name(Severity severity) =>
        severity switch
        {
            Severity.Error => "fel, nekar",
            Severity.Hold => "håller",
            Severity.Warning => "varning",
            _ => "upplysning",
        };

    /// <summary>Why it waits for a decision.</summary>
    public static string HeldBecause(Delivery delivery)
    {
        var holds = delivery.Findings.Where(f => f.Severity == Severity.Hold).Select(f => f.Code).ToHashSet();
        string?[] reasons =
        [
            holds.Remove("personal-identity-number")
                ? "minst en enhets HSA-id ser ut att bygga på en persons nummer (enskild firma), som i så fall visas för alla"
                : null,
            holds.Count > 0 ? "den skiljer sig mycket från den som är publicerad" : null,
        ];
        return $"Leveransen hålls därför att {string.Join(", och därför att ", reasons.OfType<string>())}.";
    }

    /// <summary>vantetid.csv, rad 12, kolumn 3</summary>
    public static string Where(Finding finding)
    {
        string?[] parts =
        [
            finding.Entry,
            finding.Line is { } line ? $"rad {Swedish.Number(line)}" : null,
            finding.Column is { } column ? $"kolumn {Swedish.Number(column)}" : null,
        ];
        return parts.OfType<string>().Any() ? string.Join(", ", parts.OfType<string>()) : "hela filen";
    }

    /// <summary>+3 038 (+30,0 %)</summary>
    public static string Change(long? before, long? after)
    {
        if (before is not { } was || after is not { } @is)
        {
            return before is null ? "ny" : "saknas";
        }

        var change = @is - was;
        return change == 0 ? "ingen"
            : was == 0 ? Signed(change, Swedish.Number(Math.Abs(change)))
            : $"{Signed(change, Swedish.Number(Math.Abs(change)))} ({Signed(change, Swedish.Share(Math.Abs((double)change / was)))})";
    }

    /// <summary>38,5 dagar: with a decimal, since a shift is what it is about.</summary>
    public static string Median(QuantileValue median) =>
        median.OpenEndedFrom is { } from ? $"mer än {Swedish.Days(from)}"
        : median.Days is { } days
            ? $"{Math.Round(days, 1).ToString("0.#", Catalogue.ProcedureCatalogue.Swedish)}\u00a0dagar"
        : "–";

    private static string Signed(long sign, string number) => (sign < 0 ? "−" : "+") + number;
}
