namespace Lagesbild.Statistics;

/// <summary>A share with its 95 % Wilson interval, all between 0 and 1.</summary>
public readonly record struct ProportionInterval(double Lower, double Upper);

/// <summary>Shares: operated within 90 days, ASA class 3–4. (docs/metod.md §5–6)</summary>
public static class Proportion
{
    private const double Z = 1.959964;

    /// <summary>Least number of operations with a registered ASA class for a share.</summary>
    public const int LeastKnown = 20;

    /// <summary>Where least and most lie no further apart than this part of the known (a fiftieth: two points), their midpoint is shown.</summary>
    public const int WidestApproximationPart = 50;

    /// <summary>The share who waited at most 90 completed days, C(91)/N. Null without patients.</summary>
    public static double? Within90Days(ReadOnlySpan<Bin> bins)
    {
        var n = Histogram.Count(bins);
        return n == 0 ? null : Quantile.CumulativeAt(bins, 91) / n;
    }

    /// <summary>True where a bin straddles 90|91, so that the share is interpolated.</summary>
    public static bool Within90DaysIsInterpolated(ReadOnlySpan<Bin> bins) => Quantile.IsInterpolatedAt(bins, 91);

    /// <summary>Wilson's interval around <paramref name="share"/> observed on <paramref name="n"/> &gt; 0.</summary>
    public static ProportionInterval Wilson(double share, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var z2 = Z * Z;
        var centre = (share + z2 / (2 * n)) / (1 + z2 / n);
        var half = Z / (1 + z2 / n) * Math.Sqrt(share * (1 - share) / n + z2 / (4.0 * n * n));
        // At 0 and 1 an end is the share itself, which rounding may miss.
        return new ProportionInterval(Math.Clamp(centre - half, 0, share), Math.Clamp(centre + half, share, 1));
    }
}

/// <summary>What one unit delivered for one procedure, or the sum over a level's units.</summary>
/// <param name="Known">Operations of the last 365 days with ASA class 1–4 registered; of a masked row 0 or, where that number was shown, it.</param>
/// <param name="Least">Of these at least so many of class 3–4.</param>
/// <param name="Most">Of these at most so many; equals <paramref name="Least"/> where the number is exact.</param>
/// <param name="Visible">Cells that contributed; 0 means that every one was masked.</param>
public readonly record struct AsaCount(long Known, long Least, long Most, int Visible)
{
    /// <summary>A row whose number of class 3–4 is masked: contributes nothing.</summary>
    /// <param name="known">0 where that is masked too.</param>
    public static AsaCount Masked(long known) => new(known, 0, 0, 0);

    /// <summary>An exact row.</summary>
    public static AsaCount Exact(long known, long asa34) => new(known, asa34, asa34, 1);

    /// <summary>A row with 1 to 4 operations of class 3–4.</summary>
    public static AsaCount FewerThanFive(long known) => new(known, 1, 4, 1);

    /// <summary>Two rows put together; masked ones add nothing, not even the operations they are known to have.</summary>
    public static AsaCount operator +(AsaCount a, AsaCount b) =>
        b.Visible == 0 ? (a.Visible == 0 ? default : a)
        : a.Visible == 0 ? b
        : new(a.Known + b.Known, a.Least + b.Least, a.Most + b.Most, a.Visible + b.Visible);

    /// <summary>The same as +.</summary>
    public static AsaCount Add(AsaCount left, AsaCount right) => left + right;
}

/// <summary>Share of operations on patients with ASA class 3–4. (docs/metod.md §6)</summary>
/// <param name="Known">Operations with a registered class; null where that too was masked.</param>
/// <param name="Count">Operations of class 3–4; null where masked or not exact.</param>
/// <param name="Share">Null where masked, few or only bounded.</param>
/// <param name="Interval">95 % Wilson interval around the share; null where that is.</param>
/// <param name="AtLeast">Set where the number is not exact: the share is no less.</param>
/// <param name="AtMost">Set where the number is not exact: the share is no more.</param>
/// <param name="IsApproximate">The share is the midpoint of narrow bounds.</param>
/// <param name="Reason">Why the share is null: masked or few; null where bounded or present.</param>
public readonly record struct AsaShare(
    long? Known,
    long? Count,
    double? Share,
    ProportionInterval? Interval,
    double? AtLeast,
    double? AtMost,
    bool IsApproximate,
    AsaShareReason? Reason
)
{
    /// <summary>Operations of class 3–4 are no fewer; equals <see cref="Count"/> where the number is exact, null where masked.</summary>
    public long? CountAtLeast { get; private init; }

    /// <summary>Operations of class 3–4 are no more; as above.</summary>
    public long? CountAtMost { get; private init; }

    /// <summary>Computes the share of a unit's row (<paramref name="isUnit"/>) or of a level's sum.</summary>
    public static AsaShare Of(AsaCount asa, bool isUnit)
    {
        if (asa.Visible == 0)
        {
            return new AsaShare(
                asa.Known > 0 ? asa.Known : null,
                null,
                null,
                null,
                null,
                null,
                false,
                AsaShareReason.Masked
            );
        }

        return Visible(asa, isUnit) with
        {
            CountAtLeast = asa.Least,
            CountAtMost = asa.Most,
        };
    }

    private static AsaShare Visible(AsaCount asa, bool isUnit)
    {
        long? count = asa.Least == asa.Most ? asa.Least : null;
        if (asa.Known < Proportion.LeastKnown)
        {
            return new AsaShare(asa.Known, count, null, null, null, null, false, AsaShareReason.Few);
        }

        var least = (double)asa.Least / asa.Known;
        var most = (double)asa.Most / asa.Known;
        if (count is not null)
        {
            return new AsaShare(asa.Known, count, least, Proportion.Wilson(least, asa.Known), null, null, false, null);
        }

        if (isUnit || (asa.Most - asa.Least) * Proportion.WidestApproximationPart > asa.Known)
        {
            return new AsaShare(asa.Known, null, null, null, least, most, false, null);
        }

        var share = (least + most) / 2;
        return new AsaShare(asa.Known, null, share, Proportion.Wilson(share, asa.Known), least, most, true, null);
    }
}

/// <summary>Why there is no ASA share.</summary>
public enum AsaShareReason
{
    /// <summary>Fewer than 20 operations with a registered class.</summary>
    Few,

    /// <summary>The register masked it.</summary>
    Masked,
}
