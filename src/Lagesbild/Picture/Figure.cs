using System.Runtime.CompilerServices;
using Lagesbild.Statistics;

namespace Lagesbild.Picture;

/// <summary>Why a whole cell has no figure. (docs/metod.md §10)</summary>
public enum Absence : byte
{
    /// <summary>It has one.</summary>
    Present,

    /// <summary>Too few to be shown, or hidden so that another cannot be worked out.</summary>
    Masked,

    /// <summary>The unit reports and did none: n = 0.</summary>
    None,

    /// <summary>The unit has no cell of any procedure in the period, but has elsewhere: silence, not zero.</summary>
    NotReported,
}

/// <summary>
/// The figures of one cell: a unit's or a level's, for one procedure, period and group. Packed, because a national
/// picture holds two million; days are kept in hundredths, shares in thousand-millionths: one that is rounded a second
/// time, for a reader, must not have been rounded to a neighbour of the half before.
/// </summary>
public readonly struct Figure
{
    private const ushort NoDay = ushort.MaxValue;
    private const int NoHundredths = -1;
    private const int NoShare = -1;
    private const double WholeShare = 1e9;

    [Flags]
    private enum Flags : byte
    {
        MedianIsOpenEnded = 1,
        P90IsOpenEnded = 2,
        Within90DaysIsInterpolated = 4,
        MedianRoundsUpToADay = 8,
        P90RoundsUpToADay = 16,
    }

    private readonly long _count;
    private readonly int _median;
    private readonly int _p90;
    private readonly int _within90;
    private readonly ushort _lower;
    private readonly ushort _upper;
    private readonly ushort _intervalLower;
    private readonly ushort _intervalUpper;
    private readonly ushort _units;
    private readonly ushort _unitsMasked;
    private readonly Flags _flags;

    private Figure(Absence absence, int units, int unitsMasked)
    {
        Absence = absence;
        _median = _p90 = NoHundredths;
        _lower = _upper = _intervalLower = _intervalUpper = NoDay;
        _within90 = NoShare;
        _units = (ushort)units;
        _unitsMasked = (ushort)unitsMasked;
    }

    /// <summary>A cell without figures.</summary>
    public static Figure Missing(Absence absence, int units = 0, int unitsMasked = 0) =>
        new(absence, units, unitsMasked);

    /// <summary>Computes everything from a histogram with at least one patient.</summary>
    /// <param name="bins">In order (<see cref="Histogram"/>).</param>
    /// <param name="country">The country's count and median of the same cell; null for the country itself.</param>
    /// <param name="units">For a level: units that contributed.</param>
    /// <param name="unitsMasked">For a level: units whose cell was masked.</param>
    public static Figure Of(
        ReadOnlySpan<Bin> bins,
        (long Count, double? MedianDays)? country,
        int units = 0,
        int unitsMasked = 0
    ) => new(bins, country, units, unitsMasked);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Figure(ReadOnlySpan<Bin> bins, (long Count, double? MedianDays)? country, int units, int unitsMasked)
        : this(Absence.Present, units, unitsMasked)
    {
        _count = Histogram.Count(bins);
        var median = Quantile.Median(bins);
        _median = Hundredths(median);
        var bounds = MedianInterval.Bounds(bins);
        _lower = Day(bounds.Lower);
        _upper = Day(bounds.Upper);
        var interval = MedianInterval.Confidence95(bins);
        _intervalLower = Day(interval.Lower);
        _intervalUpper = Day(interval.Upper);
        if (median.IsOpenEnded)
        {
            _flags |= Flags.MedianIsOpenEnded;
        }
        else if (RoundsUpToADay(median))
        {
            _flags |= Flags.MedianRoundsUpToADay;
        }

        if (_count >= Quantile.LeastForP90)
        {
            var p90 = Quantile.P90(bins);
            _p90 = Hundredths(p90);
            if (p90.IsOpenEnded)
            {
                _flags |= Flags.P90IsOpenEnded;
            }
            else if (RoundsUpToADay(p90))
            {
                _flags |= Flags.P90RoundsUpToADay;
            }
        }

        _within90 = (int)Math.Round(Proportion.Within90Days(bins)!.Value * WholeShare);
        if (Proportion.Within90DaysIsInterpolated(bins))
        {
            _flags |= Flags.Within90DaysIsInterpolated;
        }

        if (country is { } whole)
        {
            ComparedToCountry = MedianInterval.CompareWithCountry(
                bins,
                _count,
                median.Days,
                whole.Count,
                whole.MedianDays
            );
        }
    }

    /// <summary>Why there is no figure.</summary>
    public Absence Absence { get; }

    /// <summary>Against the country's median. (docs/metod.md §8)</summary>
    public ComparedWith ComparedToCountry { get; }

    public bool IsPresent => Absence == Absence.Present;

    /// <summary>Patients; 0 where none, null where masked or not reported.</summary>
    public long? Count =>
        Absence switch
        {
            Absence.Present => _count,
            Absence.None => 0,
            _ => null,
        };

    /// <summary>Median wait in days, two decimals; null where absent or open-ended.</summary>
    public double? MedianDays => MedianIsOpenEnded ? null : Days(_median);

    /// <summary>The median in completed days, as a person is shown it: never outside its bounds. Null as above.</summary>
    public int? MedianCompletedDays => Completed(MedianDays, Flags.MedianRoundsUpToADay);

    /// <summary>True where the median lies beyond the last closed bin.</summary>
    public bool MedianIsOpenEnded => (_flags & Flags.MedianIsOpenEnded) != 0;

    /// <summary>"More than this many days": only where the median is open-ended.</summary>
    public int? MedianOpenEndedFromDays => MedianIsOpenEnded ? _median / 100 : null;

    /// <summary>What binning hides: earliest completed day of the true sample median.</summary>
    public int? MedianLowerDays => Whole(_lower);

    /// <summary>Latest completed day of the true sample median; null also where it has no upper limit.</summary>
    public int? MedianUpperDays => Whole(_upper);

    /// <summary>95 % confidence interval of the median, completed days; null below six patients.</summary>
    public int? IntervalLowerDays => Whole(_intervalLower);

    /// <summary>Upper end; null also where it has no upper limit.</summary>
    public int? IntervalUpperDays => Whole(_intervalUpper);

    /// <summary>90th percentile in days, two decimals; null below twenty patients or open-ended.</summary>
    public double? P90Days => P90IsOpenEnded ? null : Days(_p90);

    /// <summary>The 90th percentile in completed days. Null as above.</summary>
    public int? P90CompletedDays => Completed(P90Days, Flags.P90RoundsUpToADay);

    public bool P90IsOpenEnded => (_flags & Flags.P90IsOpenEnded) != 0;

    /// <summary>"More than this many days": only where the 90th percentile is open-ended.</summary>
    public int? P90OpenEndedFromDays => P90IsOpenEnded ? _p90 / 100 : null;

    /// <summary>Share who waited at most 90 days, 0–1, four decimals.</summary>
    public double? Within90Days => Within90DaysUnrounded is { } share ? Math.Round(share, 4) : null;

    /// <summary>The same with nine decimals, to be rounded once by whoever shows it.</summary>
    public double? Within90DaysUnrounded => _within90 == NoShare ? null : _within90 / WholeShare;

    public bool Within90DaysIsInterpolated => (_flags & Flags.Within90DaysIsInterpolated) != 0;

    /// <summary>For a level: units that contributed. 0 for a unit.</summary>
    public int Units => _units;

    /// <summary>For a level: units whose cell was masked. 0 for a unit.</summary>
    public int UnitsMasked => _unitsMasked;

    // 83.996 days are 84.00 to two decimals and 83 completed days all the same.
    private static bool RoundsUpToADay(QuantileValue value) =>
        value.Days is { } days && Math.Floor(Math.Round(days * 100) / 100) > Math.Floor(days);

    private int? Completed(double? rounded, Flags roundsUp) =>
        rounded is { } days ? (int)Math.Floor(days) - ((_flags & roundsUp) != 0 ? 1 : 0) : null;

    private static ushort Day(int? day) => day is null ? NoDay : (ushort)day.Value;

    private static int? Whole(ushort day) => day == NoDay ? null : day;

    private static double? Days(int hundredths) => hundredths == NoHundredths ? null : hundredths / 100.0;

    private static int Hundredths(QuantileValue value) =>
        value.OpenEndedFrom is { } from ? from * 100
        : value.Days is { } days ? (int)Math.Round(days * 100)
        : NoHundredths;
}
