using System.Text;

namespace Lagesbild.Deliveries;

/// <summary>The units that a delivery declares, in order, and where.</summary>
internal sealed class DeclaredUnits
{
    private readonly Dictionary<string, int> _placeOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _find;
    private readonly List<DeliveredUnit> _units = [];
    private readonly List<long> _lines = [];

    public DeclaredUnits() => _find = _placeOf.GetAlternateLookup<ReadOnlySpan<char>>();

    public IReadOnlyList<DeliveredUnit> All => _units;

    /// <summary>Line of the row that declares a unit.</summary>
    public long LineOf(int unit) => _lines[unit];

    public bool Has(string hsaId) => _placeOf.ContainsKey(hsaId);

    public void Add(DeliveredUnit unit, long line)
    {
        _placeOf.Add(unit.HsaId, _units.Count);
        _units.Add(unit);
        _lines.Add(line);
    }

    /// <summary>A unit's place; −1 where it was never declared.</summary>
    public int Find(ReadOnlySpan<byte> hsaId)
    {
        Span<char> text = stackalloc char[Fields.LongestHsaId];
        return
            hsaId.Length <= text.Length
            && Encoding.ASCII.TryGetChars(hsaId, text, out var length)
            && _find.TryGetValue(text[..length], out var unit)
            ? unit
            : -1;
    }
}
