namespace Lagesbild.Deliveries;

/// <summary>What a finding does to the delivery.</summary>
public enum Severity
{
    Info,
    Warning,

    /// <summary>Parks the delivery until an operator has decided.</summary>
    Hold,

    /// <summary>Refuses the whole delivery.</summary>
    Error,
}

/// <summary>
/// Something that a check found. The message is Swedish and says what to mend; it never repeats a value that could be
/// personal data.
/// </summary>
/// <param name="Code">Stable code (docs/leveransformat.md).</param>
/// <param name="Entry">Entry of the archive, or null.</param>
/// <param name="Line">1-based line in the entry, or null.</param>
/// <param name="Column">1-based field of the line, or null.</param>
public sealed record Finding(
    string Code,
    Severity Severity,
    string Message,
    string? Entry = null,
    long? Line = null,
    int? Column = null
);

/// <summary>All findings of one check: the first hundred of each code are listed, all are counted.</summary>
public sealed class Findings
{
    public const int ListedPerCode = 100;

    private readonly List<Finding> _listed = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>In the order found.</summary>
    public IReadOnlyList<Finding> Listed => _listed;

    /// <summary>How many of each code, the unlisted included.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public bool HasErrors { get; private set; }

    public bool HasHolds { get; private set; }

    public bool Has(string code) => _counts.ContainsKey(code);

    public void Add(Finding finding)
    {
        var count = _counts.GetValueOrDefault(finding.Code) + 1;
        _counts[finding.Code] = count;
        HasErrors |= finding.Severity == Severity.Error;
        HasHolds |= finding.Severity == Severity.Hold;
        if (count <= ListedPerCode)
        {
            _listed.Add(finding);
        }
    }

    /// <summary>Adds another check's: as if they had been found here, after what is here.</summary>
    internal void Add(Findings others)
    {
        foreach (var finding in others._listed)
        {
            Add(finding);
        }

        foreach (var (code, count) in others._counts)
        {
            _counts[code] += Math.Max(0, count - ListedPerCode);
        }
    }

    public void Error(string code, string message, string? entry = null, long? line = null, int? column = null) =>
        Add(new Finding(code, Severity.Error, message, entry, line, column));

    public void Warning(string code, string message, string? entry = null, long? line = null, int? column = null) =>
        Add(new Finding(code, Severity.Warning, message, entry, line, column));
}
