using System.Numerics;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Statistics;

/// <summary>A rational number, compared and added without any rounding.</summary>
public readonly record struct Rational(BigInteger Numerator, BigInteger Denominator)
{
    public static implicit operator Rational(long whole) => new(whole, 1);

    public static Rational operator +(Rational a, Rational b) =>
        new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Rational operator -(Rational a, Rational b) => a + new Rational(-b.Numerator, b.Denominator);

    public static Rational operator *(Rational a, Rational b) =>
        new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Rational operator /(Rational a, Rational b) =>
        new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    // Denominators are kept positive: every divisor here is a count or a width.
    public static bool operator >=(Rational a, Rational b) =>
        a.Numerator * b.Denominator >= b.Numerator * a.Denominator;

    public static bool operator <=(Rational a, Rational b) => b >= a;

    public static bool operator >(Rational a, Rational b) => !(b >= a);

    public static bool operator <(Rational a, Rational b) => !(a >= b);

    public BigInteger Floor() => BigInteger.Divide(Numerator, Denominator);

    /// <summary>Nearest double, good to some 18 digits before that rounding.</summary>
    public double ToDouble()
    {
        var whole = BigInteger.DivRem(Numerator, Denominator, out var rest);
        return (double)whole + (double)(rest * 1_000_000_000_000_000_000 / Denominator) / 1e18;
    }
}

/// <summary>
/// The definitions of statistics, done the slow and literal way: rational numbers, lists of single waits, whole
/// binomial sums. Shares nothing with what it judges but the bin.
/// </summary>
public static class ExactOracle
{
    /// <summary>C(x): each closed bin contributes f·clamp((x − from)/(to + 1 − from), 0, 1).</summary>
    public static Rational Cumulative(IEnumerable<Bin> bins, Rational x)
    {
        Rational sum = 0;
        foreach (var bin in bins.Where(b => !b.IsOpen))
        {
            var part = (x - bin.From) / (bin.To + 1 - bin.From);
            part =
                part < 0 ? 0
                : part > 1 ? 1
                : part;
            sum += part * bin.Count;
        }

        return sum;
    }

    /// <summary>The smallest x with C(x) ≥ p·N; no value where it lies beyond what the bins tell.</summary>
    public static (Rational? Days, int? OpenEndedFrom) Quantile(
        IReadOnlyCollection<Bin> bins,
        int numerator,
        int denominator
    )
    {
        var n = bins.Sum(b => (long)b.Count);
        if (n == 0)
        {
            return (null, null);
        }

        var rank = new Rational(numerator, denominator) * n;
        int? openFrom = bins.Where(b => b.IsOpen).Select(b => (int?)b.From).Min();
        // C is a straight line between neighbouring edges, and only there.
        var edges = bins.Where(b => !b.IsOpen).SelectMany(b => new[] { b.From, b.To + 1 }).Distinct().Order().ToList();
        for (var i = 1; i < edges.Count; i++)
        {
            var reached = Cumulative(bins, edges[i]);
            if (reached < rank)
            {
                continue;
            }

            var before = Cumulative(bins, edges[i - 1]);
            var x = edges[i - 1] + (rank - before) / (reached - before) * (edges[i] - edges[i - 1]);
            return openFrom is { } limit && x > limit ? (null, openFrom) : (x, null);
        }

        return (null, openFrom);
    }

    /// <summary>The rank-th smallest wait (from 1) with every patient at the first or at the last day of the bin.</summary>
    public static int? OrderStatistic(IEnumerable<Bin> bins, long rank, bool atLastDay)
    {
        var waits = bins.Select(b => (Day: atLastDay ? (b.IsOpen ? int.MaxValue : b.To) : b.From, b.Count))
            .OrderBy(w => w.Day);
        long seen = 0;
        foreach (var (day, count) in waits)
        {
            seen += count;
            if (seen >= rank)
            {
                return day == int.MaxValue ? null : day;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    /// <summary>The largest r with P(Bin(n, ½) ≤ r − 1) ≤ 1/<paramref name="tailPart"/>, by whole numbers only.</summary>
    public static long LowerRank(int n, int tailPart)
    {
        // C(n, 0) + … + C(n, r − 1), times the part, against 2ⁿ.
        var limit = BigInteger.One << n;
        BigInteger term = 1;
        BigInteger sum = 0;
        for (var r = 0; ; r++)
        {
            sum += term;
            if (sum * tailPart > limit)
            {
                return r;
            }

            term = term * (n - r) / (r + 1);
        }
    }

    /// <summary>
    /// The same for an n whose coefficients have too many digits: weights relative to the middle one in 256 binary
    /// places, summed over all of the distribution that does not vanish there.
    /// </summary>
    public static long LowerRankOfMany(long n, int tailPart)
    {
        var weights = new List<BigInteger>();
        var weight = BigInteger.One << 256;
        for (var k = n / 2; k >= 0 && !weight.IsZero; k--)
        {
            weights.Add(weight);
            weight = weight * k / (n - k + 1);
        }

        var half = weights.Aggregate(BigInteger.Zero, (sum, w) => sum + w);
        var all = 2 * half - (n % 2 == 0 ? weights[0] : 0);
        BigInteger below = 0;
        for (var i = weights.Count - 1; ; i--)
        {
            below += weights[i];
            if (below * tailPart > all)
            {
                return n / 2 - i;
            }
        }
    }

    /// <summary>The word of a row against the country, every comparison in rational numbers.</summary>
    public static ComparedWith Compared(IReadOnlyCollection<Bin> row, IReadOnlyCollection<Bin> country)
    {
        var n = row.Sum(b => b.Count);
        var own = Quantile(row, 1, 2).Days;
        var others = Quantile(country, 1, 2).Days;
        if (own is not { } median || others is not { } m || n < 10 || 4L * n > country.Sum(b => (long)b.Count))
        {
            return ComparedWith.None;
        }

        var rank = LowerRank(n, 1_000);
        var lower = OrderStatistic(row, rank, atLastDay: false)!.Value;
        var upper = OrderStatistic(row, n - rank + 1, atLastDay: true);
        return upper is { } last && last + 1 <= m && m - median >= 7 ? ComparedWith.Shorter
            : lower >= m && median - m >= 7 ? ComparedWith.Longer
            : ComparedWith.Similar;
    }

    /// <summary>The word of a row against the patient's home, likewise.</summary>
    public static ComparedWith ComparedWithHome(IReadOnlyCollection<Bin> row, IReadOnlyCollection<Bin> home)
    {
        if (
            Quantile(row, 1, 2).Days is not { } own
            || Quantile(home, 1, 2).Days is not { } other
            || row.Sum(b => b.Count) < 10
            || home.Sum(b => b.Count) < 10
        )
        {
            return ComparedWith.None;
        }

        var (lower, upper) = Interval998(row);
        var (homeLower, homeUpper) = Interval998(home);
        return upper is { } last && last < homeLower && other - own >= 7 ? ComparedWith.Shorter
            : homeUpper is { } homeLast && homeLast < lower && own - other >= 7 ? ComparedWith.Longer
            : ComparedWith.Similar;
    }

    private static (int Lower, int? Upper) Interval998(IReadOnlyCollection<Bin> bins)
    {
        var n = bins.Sum(b => b.Count);
        var rank = LowerRank(n, 1_000);
        return (
            OrderStatistic(bins, rank, atLastDay: false)!.Value,
            OrderStatistic(bins, n - rank + 1, atLastDay: true)
        );
    }

    /// <summary>Random bins of one cell: in order, not overlapping, of widths 1 to 40, the last sometimes open.</summary>
    public static List<Bin> RandomCell(Random random, int mostBins = 12, int mostInBin = 60)
    {
        var bins = new List<Bin>();
        var day = random.Next(0, 60);
        for (var i = random.Next(1, mostBins + 1); i > 0; i--)
        {
            var width = random.Next(4) == 0 ? random.Next(1, 41) : 7;
            bins.Add(new Bin(day, day + width - 1, random.Next(1, mostInBin + 1)));
            day += width + (random.Next(5) == 0 ? random.Next(0, 50) : 0);
        }

        if (random.Next(3) == 0)
        {
            bins.Add(new Bin(Math.Max(day, 364), null, random.Next(1, mostInBin + 1)));
        }

        return bins;
    }

    /// <summary>Several cells put together, as a level above the unit is.</summary>
    public static Bin[] RandomMerge(Random random, int cells)
    {
        var bins = Enumerable.Range(0, cells).SelectMany(_ => RandomCell(random)).ToArray();
        return bins[..Histogram.Merge(bins)];
    }
}
