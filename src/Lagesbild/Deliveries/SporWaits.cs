using System.Runtime.CompilerServices;
using System.Text;

namespace Lagesbild.Deliveries;

/// <summary>
/// Reads vantetid.csv: millions of rows, one for each bin. Rows of a cell stand together, so most rows begin with the same
/// bytes as the one before; then only from, to and count are read, straight from the inflated block. A row that the fast
/// way does not understand (quoted, or wrong) is read again as texts, which either yields the same values or the finding.
/// The innermost methods are optimised at their first call: a national delivery comes once a day, and a third of it would
/// be over before the runtime had found out that they are hot.
/// </summary>
internal sealed class SporWaits(DeliveryBuilder delivery, Source source)
{
    private const int Columns = 7;
    private const int CellColumns = 4;

    private readonly byte[][] _groups = [.. source.Groups.Select(g => Encoding.ASCII.GetBytes(g.Code))];
    private readonly byte[] _cellPrefix = new byte[128];
    private int _prefixLength;
    private bool _inCell;

    // Fields that stand in cell after cell, and what they mean.
    private byte[] _unitBytes = [];
    private int _unit = -1;
    private byte[] _periodBytes = [];
    private Period? _period;

    // The last wrong row that names no cell: it may belong to the one before it or to the one after it.
    private long _unclearLine = -1;

    /// <summary>A bin's three fields.</summary>
    private readonly record struct BinFields(int From, int? To, int Count, bool IsMasked);

    /// <returns>Data rows; null where the header is wrong.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long? Read(InflatedLines lines, long promisedRows)
    {
        if (!CsvHeader.Has(lines, "hsaid;kva;period;tidsgrans;fran;till;antal", delivery))
        {
            return null;
        }

        delivery.Columns = new CellColumns(5, 6, 7, 7);
        delivery.ExpectBins(promisedRows);
        long rows = 0;
        while (lines.Next(out var line))
        {
            delivery.CountRow(line.Length, lines.LineNumber);
            rows++;
            if (
                (IsOfCell(line) || TryCell(line, lines.LineNumber))
                && TryBin(line, _prefixLength, out var bin, out var end)
                && end == line.Length
            )
            {
                Take(bin, lines.LineNumber);
                rows += TakeMore(lines);
            }
            else
            {
                ReadSlowly(line, lines.LineNumber);
            }
        }

        EndCell();
        return rows;
    }

    private bool IsOfCell(ReadOnlySpan<byte> line) =>
        _prefixLength > 0 && line.StartsWith(_cellPrefix.AsSpan(0, _prefixLength));

    // The plain rows of the same cell that follow in the block, one after another without looking for their ends first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int TakeMore(InflatedLines lines)
    {
        var rest = lines.Unread;
        var line = lines.LineNumber;
        var (at, rows) = (0, 0);
        while (_inCell && IsOfCell(rest[at..]))
        {
            if (!TryBin(rest, at + _prefixLength, out var bin, out var end) || bin.IsMasked)
            {
                break;
            }

            var next = end < rest.Length && rest[end] == '\r' ? end + 1 : end;
            if (next >= rest.Length || rest[next] != '\n')
            {
                break;
            }

            rows++;
            delivery.CountRow(end - at, line + rows);
            delivery.AddBin(bin.From, bin.To, bin.Count, line + rows);
            at = next + 1;
        }

        lines.Skip(at, rows);
        return rows;
    }

    /// <summary>The unit of a field; −1 with a finding where it is none.</summary>
    public static int UnitOf(string hsaId, DeliveryBuilder delivery, long line)
    {
        var unit = delivery.FindUnit(Encoding.UTF8.GetBytes(hsaId));
        if (unit < 0)
        {
            UnitFields.ComplainOfUnknown(hsaId, "enheter.csv", delivery, line, 1);
        }

        return unit;
    }

    private void Take(BinFields bin, long line)
    {
        if (!_inCell)
        {
            return; // its cell was refused, with a finding
        }

        if (bin.IsMasked)
        {
            delivery.MaskCell(line);
        }
        else
        {
            delivery.AddBin(bin.From, bin.To, bin.Count, line);
        }
    }

    private void EndCell()
    {
        if (_inCell)
        {
            delivery.EndCell();
        }

        _inCell = false;
        _prefixLength = 0;
    }

    // A new cell's four fields; false where they are not plain and right.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryCell(ReadOnlySpan<byte> line, long lineNumber)
    {
        var rest = line;
        if (
            !TakeField(ref rest, out var hsaId)
            || !TakeField(ref rest, out var code)
            || !TakeField(ref rest, out var periodCode)
            || !TakeField(ref rest, out var groupCode)
        )
        {
            return false;
        }

        if (!hsaId.SequenceEqual(_unitBytes) || _unit < 0)
        {
            _unit = delivery.FindUnit(hsaId);
            _unitBytes = hsaId.ToArray();
        }

        if (!periodCode.SequenceEqual(_periodBytes))
        {
            _period = Fields.ParsePeriod(periodCode, delivery.Named.ReferenceDate);
            _periodBytes = periodCode.ToArray();
        }

        var group = GroupOf(groupCode);
        if (_unit < 0 || group < 0 || !Fields.IsProcedureCode(code) || _period is not { } period)
        {
            return false;
        }

        Begin(_unit, delivery.PlaceOfProcedure(code), period, group, lineNumber);
        if (!_inCell)
        {
            delivery.ComplainOfRepeat(
                lineNumber,
                TryBin(rest, 0, out var bin, out _) && !bin.IsMasked ? bin.From : null
            );
        }

        // Always fits: a unit that was declared has an HSA-id of at most Fields.LongestHsaId characters.
        _prefixLength = line.Length - rest.Length;
        line[.._prefixLength].CopyTo(_cellPrefix);
        return true;
    }

    private void Begin(int unit, int procedure, Period period, int group, long line)
    {
        EndCell();
        _inCell = delivery.TryBeginCell(unit, procedure, period, group, line);
        if (_inCell && line == _unclearLine + 1)
        {
            delivery.SpoilCell();
        }
    }

    private int GroupOf(ReadOnlySpan<byte> code)
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            if (code.SequenceEqual(_groups[i]))
            {
                return i;
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeField(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        var length = rest.IndexOf((byte)';');
        if (length < 0)
        {
            field = default;
            return false;
        }

        field = rest[..length];
        rest = rest[(length + 1)..];
        return true;
    }

    // from;till;antal in one go over the bytes, from `at` on; `end` is where the last of it ends.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryBin(ReadOnlySpan<byte> row, int at, out BinFields bin, out int end)
    {
        bin = default;
        end = at;
        var from = Digits(row, ref at);
        if (at >= row.Length || row[at++] != ';')
        {
            return false;
        }

        var to = Digits(row, ref at);
        if (at >= row.Length || row[at++] != ';')
        {
            return false;
        }

        if (at < row.Length && row[at] == 'x')
        {
            bin = new BinFields(0, null, 0, true);
            end = at + 1;
            return from == Absent && to == Absent;
        }

        var count = Digits(row, ref at);
        bin = new BinFields(from, to == Absent ? null : to, count, false);
        end = at;
        return from is >= 0 and <= Statistics.Bin.LongestWait
            && to is >= Absent and <= Statistics.Bin.LongestWait
            && count is >= 0 and <= Fields.LargestBin;
    }

    private const int Absent = -1;
    private const int Malformed = -2;

    // The whole number at `at`, or why there is none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digits(ReadOnlySpan<byte> text, ref int at)
    {
        const int mostDigits = 8;
        var start = at;
        var value = 0;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            value = value * 10 + (text[at++] - '0');
            if (at - start > mostDigits)
            {
                return Malformed;
            }
        }

        return at == start ? Absent
            : text[start] == '0' && at - start > 1 ? Malformed
            : value;
    }

    private void ReadSlowly(ReadOnlySpan<byte> line, long lineNumber)
    {
        if (CsvRow.Read(line, Columns, delivery, lineNumber) is not { } row)
        {
            Spoil(line, lineNumber);
            return;
        }

        // Without its quotes the row either passes the fast way or has a wrong field.
        var plain = Encoding.UTF8.GetBytes(string.Join(';', row));
        var wasQuoted = !line.SequenceEqual(plain);
        if (wasQuoted && !row.Any(field => field.Contains(';', StringComparison.Ordinal)))
        {
            if (
                (IsOfCell(plain) || TryCell(plain, lineNumber))
                && TryBin(plain, _prefixLength, out var bin, out var end)
                && end == plain.Length
            )
            {
                Take(bin, lineNumber);
                return;
            }
        }

        Complain(row, lineNumber);
        Spoil(plain, lineNumber);
    }

    // The rows that follow a wrong one are still of its cell, which has lost something: nothing more is said of it.
    private void Spoil(ReadOnlySpan<byte> line, long lineNumber)
    {
        if (_inCell)
        {
            delivery.SpoilCell();
        }

        if (_prefixLength == 0 || !line.StartsWith(_cellPrefix.AsSpan(0, _prefixLength)))
        {
            _unclearLine = lineNumber;
        }
    }

    private void Complain(string[] row, long line)
    {
        if (UnitOf(row[0], delivery, line) < 0)
        {
            return;
        }

        static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
        (int Column, string Message)? wrong =
            !Fields.IsProcedureCode(Bytes(row[1])) ? (2, "kva ska vara tre versaler, A–Z.")
            : Fields.ParsePeriod(Bytes(row[2]), delivery.Named.ReferenceDate) is null
                ? (
                    3,
                    "period ska vara 30D, 90D, 365D eller en av de 18 hela månaderna före referensdatumets månad (åååå-mm)."
                )
            : GroupOf(Bytes(row[3])) < 0
                ? (CellColumns, $"tidsgrans ska vara någon av {string.Join(", ", source.Groups.Select(g => g.Code))}.")
            : row[6] == "x" ? (5, "En undertryckt cell (x) ska ha tomt fran och till.")
            : !Fields.TryWholeNumber(Bytes(row[4]), Statistics.Bin.LongestWait, out _)
                ? (5, "fran ska vara ett heltal 0–36500 utan inledande nolla.")
            : row[5].Length > 0 && !Fields.TryWholeNumber(Bytes(row[5]), Statistics.Bin.LongestWait, out _)
                ? (6, "till ska vara tomt eller ett heltal 0–36500 utan inledande nolla.")
            : !Fields.TryWholeNumber(Bytes(row[6]), Fields.LargestBin, out _)
                ? (7, "antal ska vara x eller ett heltal 1–1000000 utan inledande nolla.")
            : null;
        if (wrong is { } field)
        {
            delivery.Findings.Error("field", field.Message, delivery.Entry, line, field.Column);
        }
    }
}
