using System.Runtime.CompilerServices;
using System.Text;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>
/// Collects units, cells and ASA rows from a reader, in flat arrays, and judges what a format has nothing to do with:
/// unknown units, repeated cells, bins out of order, cells under the minimum. A reader calls
/// <see cref="SetHeader"/>, <see cref="DeclareUnit"/>…, then for each cell <see cref="BeginCell"/>,
/// <see cref="AddBin"/>… or <see cref="MaskCell"/>, <see cref="EndCell"/>.
/// </summary>
public sealed class DeliveryBuilder
{
    public const int SmallestCell = 5;
    public const int MostRows = 20_000_000;
    public const int MostUnits = 2_000;

    // Keeps the slots of a hostile delivery within a few hundred megabytes: 2 000 units × 250 procedures.
    public const int MostPairs = 500_000;

    private const int Letters = 26;

    private readonly DeclaredUnits _units = new();
    private readonly int[] _procedureOfCode = new int[Letters * Letters * Letters];
    private readonly List<string> _procedures = [];
    private readonly Dictionary<(int Unit, int Procedure), int> _pairOf = [];
    private readonly List<Pair> _pairs = [];
    private readonly int _groups;
    private int[] _slots = [];
    private Cell[] _cells = new Cell[1_024];
    private int _cellCount;
    private Bin[] _bins = new Bin[4_096];
    private int _binCount;

    private Cell _cell;
    private int _lastPair = -1;
    private int _slot;
    private long _cellPatients;
    private long _bytes;
    private bool _cellIsWhole;
    private bool _cellIsMasked;

    private DeliveryVersion? _version;
    private DateTimeOffset _createdAt;
    private bool _isSynthetic;

    internal DeliveryBuilder(Source source, ReadContext context, DeliveryVersion named, Findings findings)
    {
        Source = source;
        _groups = source.Groups.Count;
        Context = context;
        Named = named;
        Findings = findings;
    }

    public Source Source { get; }

    public ReadContext Context { get; }

    public Findings Findings { get; }

    /// <summary>What the file's name says.</summary>
    public DeliveryVersion Named { get; }

    /// <summary>Entry that is being read; null where the format has none.</summary>
    public string? Entry { get; set; }

    /// <summary>Entry that the cells stand in.</summary>
    internal string? CellEntry { get; private set; }

    /// <summary>The fields that complaints of a cell point at; null where the format does not say.</summary>
    public CellColumns? Columns { get; set; }

    /// <summary>Data rows so far, all entries together.</summary>
    public long Rows { get; private set; }

    /// <summary>Units declared so far.</summary>
    public int UnitCount => _units.All.Count;

    /// <summary>Entry that the units stand in.</summary>
    internal string? UnitEntry { get; private set; }

    /// <summary>
    /// A unit's row could not be read so far as to say whose it is: then of a cell whose unit is unknown nothing can be said.
    /// </summary>
    public bool HasLostUnit { get; private set; }

    internal bool HasVisibleCell { get; private set; }

    /// <summary>Takes what the content says of itself.</summary>
    public void SetHeader(DateOnly referenceDate, DateTimeOffset createdAt, bool isSynthetic, long? line)
    {
        if (!HeaderRules.IsPossible(referenceDate, Findings, Entry, line))
        {
            return;
        }

        var version = Named with { ReferenceDate = referenceDate };
        _version = version;
        _createdAt = createdAt;
        _isSynthetic = isSynthetic;
        HeaderRules.Judge(version, Named.ReferenceDate, isSynthetic, Context, Findings, Entry, line);
    }

    /// <summary>Makes room for so many bins at once, where the file promises a number.</summary>
    public void ExpectBins(long rows)
    {
        if (rows > _bins.Length)
        {
            Array.Resize(ref _bins, (int)Math.Min(rows, MostRows));
        }
    }

    /// <summary>Counts a data row of so many bytes.</summary>
    /// <exception cref="UnreadableException">There are too many.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CountRow(int bytes, long line)
    {
        const int rowsBetweenReports = 1 << 15;
        _bytes += bytes;
        if (++Rows % rowsBetweenReports == 0)
        {
            Context.Progress?.Report(new ReadingProgress(Rows, _bytes));
        }

        if (Rows > MostRows)
        {
            throw new UnreadableException("too-large", $"Leveransen har fler än {MostRows} rader.", line);
        }
    }

    /// <summary>Declares a unit whose fields have been judged one by one.</summary>
    /// <param name="column">Where its HSA-id stands.</param>
    public void DeclareUnit(DeliveredUnit unit, long line, int column = 1)
    {
        UnitEntry = Entry;
        if (_units.Has(unit.HsaId))
        {
            Findings.Error(
                "unit-unknown",
                "Enheten är deklarerad två gånger. Ta bort den ena raden.",
                Entry,
                line,
                column
            );
            return;
        }

        if (UnitCount == MostUnits)
        {
            Findings.Error("too-large", $"Leveransen har fler än {MostUnits} enheter.", Entry, line);
            return;
        }

        if (PersonalIdentityNumber.IsPersonsOrganisationNumber(unit.HsaId.AsSpan(2, 10)))
        {
            Findings.Add(
                new Finding(
                    "personal-identity-number",
                    Severity.Hold,
                    "HSA-id:ts tio siffror ser ut att vara en persons (enskild firma). En driftansvarig avgör.",
                    Entry,
                    line,
                    column
                )
            );
        }

        _units.Add(unit, line);
    }

    /// <summary>A unit's row was not to be read (and has its finding): its cells cannot be told from those of unknown units.</summary>
    public void LoseUnit() => HasLostUnit = true;

    /// <summary>A declared unit's place; −1 where it was never declared.</summary>
    public int FindUnit(ReadOnlySpan<byte> hsaId) => _units.Find(hsaId);

    /// <summary>Line of a declared unit's row.</summary>
    internal long LineOfUnit(int unit) => _units.LineOf(unit);

    /// <summary>The place of a well-formed KVÅ code (<see cref="Fields.IsProcedureCode"/>).</summary>
    public int PlaceOfProcedure(ReadOnlySpan<byte> code)
    {
        ref var place = ref _procedureOfCode[((code[0] - 'A') * Letters + code[1] - 'A') * Letters + code[2] - 'A'];
        if (place == 0)
        {
            _procedures.Add(Encoding.ASCII.GetString(code));
            place = _procedures.Count;
        }

        return place - 1;
    }

    /// <summary>Begins a cell; false (with its finding) where it has been before or there are too many.</summary>
    public bool BeginCell(int unit, int procedure, Period period, int group, long line)
    {
        if (TryBeginCell(unit, procedure, period, group, line))
        {
            return true;
        }

        ComplainOfRepeat(line, null);
        return false;
    }

    /// <summary>The same, but where it has been before the caller says so (<see cref="ComplainOfRepeat"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool TryBeginCell(int unit, int procedure, Period period, int group, long line)
    {
        var pair = _lastPair;
        if (
            (pair < 0 || _pairs[pair].Unit != unit || _pairs[pair].Procedure != procedure)
            && !_pairOf.TryGetValue((unit, procedure), out pair)
        )
        {
            if (_pairs.Count == MostPairs)
            {
                Findings.Error(
                    "too-large",
                    $"Leveransen har fler än {MostPairs} kombinationer av enhet och åtgärd.",
                    Entry,
                    line
                );
                _slot = -1;
                return false;
            }

            pair = _pairs.Count;
            _pairOf.Add((unit, procedure), pair);
            _pairs.Add(new Pair(unit, procedure, null));
            var needed = _pairs.Count * Period.Count * _groups;
            if (needed > _slots.Length)
            {
                Array.Resize(ref _slots, Math.Max(needed, 2 * _slots.Length));
            }
        }

        _lastPair = pair;
        CellEntry = Entry;
        _slot = (pair * Period.Count + period.Index) * _groups + group;
        if (_slots[_slot] != 0)
        {
            return false;
        }

        if (_cellCount == _cells.Length)
        {
            Array.Resize(ref _cells, 2 * _cells.Length);
        }

        _cell = new Cell(_binCount, 0, (int)line);
        _cellPatients = 0;
        _cellIsWhole = true;
        _cellIsMasked = false;
        return true;
    }

    /// <summary>Complains of the cell that could not begin because it has been before, if that was why.</summary>
    /// <param name="from">First day of its next bin, where a cell may go on over several rows.</param>
    internal void ComplainOfRepeat(long line, int? from)
    {
        if (_slot < 0)
        {
            return;
        }

        var first = _cells[_slots[_slot] - 1];
        // A day that none of its bins has: more of the same cell. Else it is the same over again.
        var isMore = from is { } day && !first.IsMasked;
        foreach (var bin in _bins.AsSpan(first.Start, first.Length))
        {
            isMore &= from < bin.From || from > bin.To;
        }

        Findings.Error(
            "cell-duplicate",
            isMore
                ? $"Cellens rader står inte ihop: den började på rad {first.Line}. Sortera på enhet, åtgärd, period och urval."
                : $"Samma cell (enhet, åtgärd, period, urval) stod redan på rad {first.Line}. Ta bort den ena.",
            Entry,
            line
        );
    }

    /// <summary>Adds a bin to the begun cell. <paramref name="to"/> is null for an open bin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddBin(int from, int? to, int count, long line)
    {
        if (_cellIsMasked)
        {
            Findings.Error("bin-order", "En undertryckt cell (x) får inte ha fler rader.", Entry, line, Columns?.Count);
            return;
        }

        if (to < from || count < 1)
        {
            Findings.Error(
                "bin-order",
                to < from ? "Fackets slut ligger före dess början." : "Ett fack ska ha minst en patient.",
                Entry,
                line,
                to < from ? Columns?.To : Columns?.Count
            );
            _cellIsWhole = false;
            return;
        }

        if (_binCount > _cell.Start)
        {
            var before = _bins[_binCount - 1];
            if (before.IsOpen || from <= before.To)
            {
                Findings.Error(
                    "bin-order",
                    before.IsOpen
                        ? "Ett öppet fack får bara stå sist i sin cell."
                        : "Facken ska stå i stigande ordning utan att överlappa.",
                    Entry,
                    line,
                    Columns?.From
                );
                _cellIsWhole = false;
                return;
            }
        }

        if (to is null && from < LowestOpenBin)
        {
            Findings.Error(
                "open-bin",
                $"Ett öppet fack får börja tidigast vid {LowestOpenBin} dagar.",
                Entry,
                line,
                Columns?.From
            );
            _cellIsWhole = false;
            return;
        }

        if (IsWide(from, to))
        {
            WideBins++;
        }

        if (_binCount == _bins.Length)
        {
            Array.Resize(ref _bins, 2 * _bins.Length);
        }

        _bins[_binCount++] = new Bin(from, to, count);
        _cellPatients += count;
    }

    /// <summary>Marks the begun cell as masked.</summary>
    public void MaskCell(long line)
    {
        if (_cellIsMasked || _binCount > _cell.Start)
        {
            Findings.Error("bin-order", "En undertryckt cell (x) får inte ha fler rader.", Entry, line, Columns?.Count);
            _cellIsWhole = false;
            return;
        }

        _cellIsMasked = true;
    }

    /// <summary>Something of the begun cell was not to be read (and has its finding): its sum is not judged.</summary>
    public void SpoilCell() => _cellIsWhole = false;

    /// <summary>Ends the begun cell.</summary>
    /// <param name="promised">Patients that the file says it holds; null where it does not.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void EndCell(long? promised = null)
    {
        // Only now: a cell that damage leaves half read is none.
        _cells[_cellCount++] = _cell with
        {
            Length = _binCount - _cell.Start,
        };
        _slots[_slot] = _cellCount;
        if (_cellIsMasked || !_cellIsWhole)
        {
            return;
        }

        HasVisibleCell = true;
        if (promised is { } sum && sum != _cellPatients)
        {
            Findings.Error("count-mismatch", "antal är inte summan av facken.", Entry, _cell.Line, Columns?.Sum);
        }

        if (_cellPatients < SmallestCell)
        {
            Findings.Error(
                "below-minimum",
                $"En synlig cell har färre än {SmallestCell} patienter. Den ska skickas undertryckt (x).",
                Entry,
                _cell.Line,
                Columns?.Sum
            );
        }
    }

    /// <summary>Takes an ASA row; judged against its cell when all is read (<see cref="DeliveryRules"/>).</summary>
    public void AddAsa(int unit, int procedure, AsaCount asa, long line)
    {
        if (!_pairOf.TryGetValue((unit, procedure), out var pair))
        {
            // Unless the cell is one of those that were not to be read.
            if (!DeliveryRules.IsPartMissing(Findings))
            {
                Findings.Error(
                    "asa",
                    "Raden gäller en enhet och åtgärd utan synlig cell för 365D och ALLA.",
                    Entry,
                    line
                );
            }

            return;
        }

        if (_pairs[pair].Asa is not null)
        {
            Findings.Error("asa", "Raden finns två gånger.", Entry, line);
            return;
        }

        _pairs[pair] = _pairs[pair] with { Asa = asa };
        AsaLines[pair] = (int)line;
        AsaEntry = Entry;
    }

    /// <summary>Line of each pair's ASA row.</summary>
    internal Dictionary<int, int> AsaLines { get; } = [];

    /// <summary>Entry that the ASA rows stand in.</summary>
    internal string? AsaEntry { get; private set; }

    /// <summary>Bins wider than recommended, or straddling 90|91, or open below 728.</summary>
    internal int WideBins { get; private set; }

    private const int LowestOpenBin = 364;
    private const int RecommendedOpenBin = 728;
    private const int RecommendedWidth = 7;

    private static bool IsWide(int from, int? to) =>
        to is { } last
            ? (from < RecommendedOpenBin && last - from + 1 > RecommendedWidth) || (from <= 90 && last >= 91)
            : from < RecommendedOpenBin;

    /// <summary>Everything that was read; null where not even the header was.</summary>
    internal DeliveryContents? Build()
    {
        if (_version is not { } version)
        {
            return null;
        }

        var masked = 0;
        for (var i = 0; i < _cellCount; i++)
        {
            masked += _cells[i].IsMasked ? 1 : 0;
        }

        Array.Resize(ref _cells, _cellCount);
        if (_binCount < _bins.Length / 5 * 4) // else the copy costs more than the room
        {
            Array.Resize(ref _bins, _binCount);
        }

        var contents = new DeliveryContents(_groups, _slots, _cells)
        {
            Source = Source,
            Version = version,
            CreatedAt = _createdAt,
            IsSynthetic = _isSynthetic,
            Units = _units.All,
            Procedures = _procedures,
            Pairs = _pairs,
            Bins = _bins,
            Counts = new DeliveryCounts(UnitCount, _procedures.Count, Rows, _cellCount, masked, _binCount, 0),
        };
        return contents with { Counts = contents.Counts with { Operations = OperationsOf(contents) } };
    }

    private static long OperationsOf(DeliveryContents contents)
    {
        long operations = 0;
        for (var pair = 0; pair < contents.Pairs.Count; pair++)
        {
            if (contents.FindCell(pair, Period.Days365, 0) is { } cell)
            {
                operations += Histogram.Count(contents.BinsOf(cell));
            }
        }

        return operations;
    }
}

/// <summary>1-based fields of a cell's bins, and of the sum that is complained of.</summary>
public readonly record struct CellColumns(int From, int To, int Count, int Sum);
