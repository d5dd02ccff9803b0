using Lagesbild.Deliveries;

namespace Lagesbild.Commands.Samples;

/// <summary>
/// One unit × procedure, counted as a register counts: every period × patient group × weekly bin, and who of them is
/// shown. Reused from one to the next.
/// </summary>
internal sealed class Waits(int groups)
{
    /// <summary>Weeks [7i, 7i + 6] to 727; the last is open.</summary>
    public const int Bins = 105;
    public const int OpenFrom = 728;

    private readonly int[] _bins = new int[Period.Count * groups * Bins];
    private readonly int[] _counts = new int[Period.Count * groups];
    private readonly bool[] _isMasked = new bool[Period.Count * groups];

    public int Groups { get; } = groups;

    /// <summary>Operations of the last 365 days with a known ASA class, and those of class 3–4.</summary>
    public int AsaKnown { get; set; }

    public int Asa34 { get; set; }

    public void Clear()
    {
        Array.Clear(_bins);
        Array.Clear(_counts);
        Array.Clear(_isMasked);
        AsaKnown = Asa34 = 0;
    }

    public void Add(int period, int group, int days)
    {
        var cell = Place(period, group);
        _counts[cell]++;
        _bins[cell * Bins + Math.Min(days / 7, Bins - 1)]++;
    }

    public int Count(int period, int group) => _counts[Place(period, group)];

    public ReadOnlySpan<int> BinsOf(int period, int group) => _bins.AsSpan(Place(period, group) * Bins, Bins);

    public bool IsMasked(int period, int group) => _isMasked[Place(period, group)];

    public bool IsVisible(int period, int group) => Count(period, group) > 0 && !IsMasked(period, group);

    public void Mask(int period, int group) => _isMasked[Place(period, group)] = true;

    private int Place(int period, int group) => period * Groups + group;
}
