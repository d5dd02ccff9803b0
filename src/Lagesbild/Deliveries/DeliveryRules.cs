using System.Runtime.CompilerServices;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>
/// Rules over the whole of a delivery, judged when all of it has been read: sums that must agree, and masked cells that
/// must not be possible to work out. A masked cell counts as at least one patient in every sum.
/// </summary>
internal sealed class DeliveryRules
{
    private const long Missing = 0;
    private const long Masked = -1;
    private const int Smallest = DeliveryBuilder.SmallestCell;

    // After one of these a part of the file is not there to be judged, and sums would break for no fault of their own.
    private static readonly string[] LosesContent =
    [
        "archive",
        "bin-order",
        "cell-duplicate",
        "encoding",
        "field",
        "header",
        "open-bin",
        "row-count",
        "too-large",
        "unit-unknown",
    ];

    private readonly DeliveryContents _contents;
    private readonly DeliveryBuilder _delivery;
    private readonly Findings _findings;
    private readonly int _groups;

    // Patients of one pair's cells, period by period: Missing, Masked, or the number.
    private readonly long[] _patients;
    private readonly string[] _periodCodes;
    private readonly CellBounds _bounds;
    private readonly MaskingAdvice _advice;
    private readonly List<(Period Period, int Group)> _pinned = [];
    private int _pair;

    private DeliveryRules(DeliveryContents contents, DeliveryBuilder delivery, Findings findings)
    {
        _contents = contents;
        _delivery = delivery;
        _findings = findings;
        _groups = contents.Source.Groups.Count;
        _patients = new long[Period.Count * _groups];
        _periodCodes =
        [
            .. Enumerable
                .Range(0, Period.Count)
                .Select(i => new Period((byte)i).ToCode(contents.Version.ReferenceDate)),
        ];
        _bounds = new CellBounds(contents.Version.ReferenceDate, _groups, contents.Source.GroupsPartition);
        _advice = new MaskingAdvice(contents.Source, _patients, _bounds, _periodCodes);
    }

    public static void Judge(DeliveryContents contents, DeliveryBuilder delivery)
    {
        if (IsPartMissing(delivery.Findings))
        {
            return;
        }

        var rules = new DeliveryRules(contents, delivery, delivery.Findings);
        rules.JudgeWhole();
        JudgePairs(contents, delivery);
        rules.JudgeSilence();
    }

    // A few stretches of the pairs, side by side, as each is judged for itself; found in their order all the same.
    private static void JudgePairs(DeliveryContents contents, DeliveryBuilder delivery)
    {
        const int fewest = 200;
        var count = contents.Pairs.Count;
        var stretches = Math.Clamp(count / fewest, 1, Environment.ProcessorCount);
        var found = new Findings[stretches];
        Parallel.For(
            0,
            stretches,
            stretch =>
            {
                found[stretch] = new Findings();
                var rules = new DeliveryRules(contents, delivery, found[stretch]);
                var end = (int)((long)count * (stretch + 1) / stretches);
                for (var pair = (int)((long)count * stretch / stretches); pair < end; pair++)
                {
                    rules.JudgePair(pair);
                }
            }
        );
        foreach (var findings in found)
        {
            delivery.Findings.Add(findings);
        }
    }

    public static bool IsPartMissing(Findings findings) => LosesContent.Any(findings.Has);

    private void JudgeWhole()
    {
        if (_delivery.UnitCount == 0 || !_delivery.HasVisibleCell)
        {
            _findings.Error("empty", "Leveransen innehåller inga enheter eller inga synliga celler.");
        }

        if (_delivery.WideBins > 0)
        {
            _findings.Warning(
                "bin-width",
                $"{_delivery.WideBins} fack är bredare än 7 dagar under 728, delar 90|91, eller är öppna under 728. "
                    + "Andelen inom 90 dagar och medianens gränser blir osäkrare."
            );
        }

        foreach (var code in _contents.Procedures)
        {
            var catalogue = _delivery.Context.Catalogue;
            if (catalogue.SourceOf(code) != _contents.Source.Code)
            {
                _findings.Warning(
                    "procedure-wrong-source",
                    $"{code} hör till {catalogue.SourceOf(code)}. Åtgärdens celler används inte."
                );
            }
            else if (catalogue.FindProcedure(code) is null)
            {
                _findings.Warning("procedure-unknown", $"{code} finns inte i katalogen. Åtgärden visas under sin kod.");
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void JudgePair(int pair)
    {
        _pair = pair;
        var hasMasked = false;
        for (byte period = 0; period < Period.Count; period++)
        {
            for (var group = 0; group < _groups; group++)
            {
                var patients = _contents.FindCell(pair, new Period(period), group) switch
                {
                    null => Missing,
                    { IsMasked: true } => Masked,
                    { } cell => Histogram.Count(_contents.BinsOf(cell)),
                };
                _patients[period * _groups + group] = patients;
                _bounds.Set(period, group, patients);
                hasMasked |= patients == Masked;
            }
        }

        var isSound = true;
        for (byte period = 0; period < Period.Count; period++)
        {
            isSound &= JudgeGroups(new Period(period));
        }

        if (hasMasked && isSound)
        {
            JudgeMasked();
        }

        for (var group = 0; group < _groups; group++)
        {
            JudgeWindows(group);
        }

        if (_contents.Source.HasAsa)
        {
            JudgeAsa();
        }
    }

    /// <summary>False (with its finding) where a period's groups do not agree or give one of them away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool JudgeGroups(Period period)
    {
        var all = Patients(period, 0);
        long visible = 0;
        var masked = 0;
        var line = 0;
        for (var group = 1; group < _groups; group++)
        {
            var patients = Patients(period, group);
            visible += Math.Max(patients, 0);
            masked += patients == Masked ? 1 : 0;
            line = patients != Missing && line == 0 ? LineOf(period, group) : line;
        }

        if (visible == 0 && masked == 0 && (all <= 0 || !_contents.Source.GroupsPartition))
        {
            return true;
        }

        line = all != Missing ? LineOf(period, 0) : line;
        var code = CodeOf(period);
        if (all == Missing)
        {
            GroupSum($"{code}: {Names(Sent(period))} finns utan cell för {Everybody}. Skicka även den.", line);
        }
        else if (all == Masked)
        {
            if (visible == 0)
            {
                return true;
            }

            var shown = Names(Shown(period));
            GroupSum(
                $"{code}: {shown} visas fast {Everybody} är undertryckt. Undertryck även {ToMask("group-sum", Cells(period, Shown(period)))}",
                line
            );
        }
        else if (visible + masked > all || (_contents.Source.GroupsPartition && masked == 0 && visible != all))
        {
            GroupSum($"{code}: {WrongSum(period, all, visible + masked)} Raden pekar på {Everybody}.", line);
        }
        else if (IsDerivable(_contents.Source, all, visible, masked))
        {
            _findings.Error(
                "derivable",
                $"{code}: {HowDerivable(period)}",
                _delivery.CellEntry,
                masked == 1 ? LineOf(period, Masks(period).Single()) : line
            );
        }
        else
        {
            return true;
        }

        return false;
    }

    private string WrongSum(Period period, long all, long groups)
    {
        var larger = Shown(period).Where(group => Patients(period, group) > all).ToList();
        if (larger.Count > 0)
        {
            return $"{Names(larger)} har fler patienter än {Everybody}. Räkna om båda ur samma uttag.";
        }

        if (!Sent(period).Any())
        {
            return $"{Everybody} finns utan urval, som tillsammans ska ge {Everybody}. Skicka även dem.";
        }

        var sent = Names(Sent(period));
        return (
                Sent(period).Count() == 1 ? $"{sent} är ensamt och har färre patienter än {Everybody}"
                : groups < all ? $"{sent} ger färre än {Everybody} tillsammans"
                : $"{sent} ger fler än {Everybody} tillsammans"
                    + (Masks(period).Any() ? $", då {Names(Masks(period))} räknas som minst en patient för varje" : "")
            ) + ". Räkna om båda ur samma uttag.";
    }

    private string HowDerivable(Period period)
    {
        if (!_contents.Source.GroupsPartition)
        {
            var shown = Names(Shown(period));
            return $"{Everybody} minus {shown} är mellan 1 och 4 patienter: resten går att räkna ut. "
                + $"Undertryck {ToMask("derivable", Cells(period, Shown(period)))}";
        }

        return (
                Masks(period).Count() == 1
                    ? $"{Names(Masks(period))} är ensamt undertryckt och går att räkna ut ur de synliga."
                    : $"{Names(Masks(period))} har tillsammans färre än {Smallest} patienter, som går att räkna ut ur de synliga."
            )
            + $" Undertryck fler urval, så att minst två är undertryckta och de tillsammans har minst {Smallest} patienter; förslagsvis "
            + ToMask("derivable", [], Cells(period, Masks(period)));
    }

    /// <summary>The cells to mask, the end of a sentence. What is not listed needs no advice.</summary>
    private string ToMask(
        string code,
        IEnumerable<(int Period, int Group)> start,
        params IReadOnlyCollection<(int Period, int Group)> hidden
    )
    {
        if (_findings.Counts.GetValueOrDefault(code) >= Findings.ListedPerCode)
        {
            return "";
        }

        // What is masked for being too small may already be enough.
        if (_delivery.Findings.Has("below-minimum"))
        {
            return $"först cellerna med färre än {Smallest} patienter (below-minimum), och pröva igen.";
        }

        var cells = _advice.Find(start, hidden);
        var losesAsa = _contents.Pairs[_pair].Asa is not null && cells.Contains((Period.Days365.Index, 0));
        return _advice.Text(cells) + (losesAsa ? ". Ta då bort raden i asa.csv." : ".");
    }

    private static (int Period, int Group)[] Cells(Period period, IEnumerable<int> groups) =>
        [.. groups.Select(group => ((int)period.Index, group))];

    private IEnumerable<int> Sent(Period period) => Groups.Where(group => Patients(period, group) != Missing);

    private IEnumerable<int> Shown(Period period) => Groups.Where(group => Patients(period, group) > 0);

    private IEnumerable<int> Masks(Period period) => Groups.Where(group => Patients(period, group) == Masked);

    private IEnumerable<int> Groups => Enumerable.Range(1, _groups - 1);

    private string Names(IEnumerable<int> groups)
    {
        string[] codes = [.. groups.Select(group => _contents.Source.Groups[group].Code)];
        return (codes.Length == 1 ? "urvalet " : "urvalen ") + MaskingAdvice.List(codes);
    }

    /// <summary>Masked cells that periods and groups together leave one single number for.</summary>
    private void JudgeMasked()
    {
        _bounds.Tighten();
        _pinned.Clear();
        for (byte period = 0; period < Period.Count; period++)
        {
            for (var group = 0; group < _groups; group++)
            {
                if (_bounds.IsPinned(period, group))
                {
                    _pinned.Add((new Period(period), group));
                }
            }
        }

        foreach (var (period, group) in _pinned)
        {
            var (code, severity) = group == 0 ? ("derivable-window", Severity.Warning) : ("derivable", Severity.Error);
            _findings.Add(
                new Finding(
                    code,
                    severity,
                    $"{CellName(period, group)} går att räkna ut ur åtgärdens andra celler vid enheten: urval, fönster och månader "
                        + $"lämnar bara ett möjligt antal. Undertryck också {ToMask(code, [], (period.Index, group))}",
                    _delivery.CellEntry,
                    LineOf(period, group)
                )
            );
        }
    }

    /// <summary>True where what the visible groups of a period leave of everybody gives a masked one, or the rest, away.</summary>
    /// <param name="all">Patients of everybody, visible.</param>
    /// <param name="visible">Patients of the visible groups together.</param>
    /// <param name="masked">How many groups are masked.</param>
    public static bool IsDerivable(Source source, long all, long visible, int masked) =>
        source.GroupsPartition
            ? masked == 1 || (masked > 1 && all - visible is >= 0 and < Smallest)
            // Groups that do not partition: each leaves a rest of its own.
            : visible > 0 && all - visible is > 0 and < Smallest;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void JudgeWindows(int group)
    {
        for (var shorter = 0; shorter < 2; shorter++)
        {
            for (var longer = shorter + 1; longer < 3; longer++)
            {
                JudgeWindows(new Period((byte)shorter), new Period((byte)longer), group);
            }
        }

        var year = Patients(Period.Days365, group);
        var referenceDate = _contents.Version.ReferenceDate;
        for (var i = 0; i < Month.TrendLength; i++)
        {
            var month = Period.OfMonth(i);
            var isInside = month.FirstDay(referenceDate) >= Period.Days365.FirstDay(referenceDate);
            if (isInside && year != Masked && AtLeast(Patients(month, group)) > year)
            {
                WindowSum(
                    year == Missing
                        ? $"{CellName(month, group)} finns fast 365D saknas. Skicka även 365D."
                        : $"{CellName(month, group)} har fler patienter än 365D, där månaden ingår. Räkna om båda ur samma uttag.",
                    LineOf(month, group)
                );
            }
        }
    }

    private void JudgeWindows(Period shorter, Period longer, int group)
    {
        var few = Patients(shorter, group);
        var many = Patients(longer, group);
        if (few == Missing)
        {
            return;
        }

        string Codes() => $"{_contents.Source.Groups[group].Code}, {CodeOf(shorter)} och {CodeOf(longer)}";
        if (many == Missing || (many == Masked && few != Masked))
        {
            WindowSum(
                $"{Codes()}: det kortare fönstret finns fast det längre "
                    + (
                        many == Missing
                            ? "saknas. Skicka även det."
                            : $"är undertryckt. Undertryck även {ToMask("window-sum", Cells(shorter, [group]))}"
                    ),
                LineOf(shorter, group)
            );
        }
        else if (many != Masked && AtLeast(few) > many)
        {
            WindowSum(
                $"{Codes()}: det kortare fönstret har fler patienter än det längre. Räkna om båda ur samma uttag.",
                LineOf(shorter, group)
            );
        }
        else if (few > 0 && many - few is > 0 and < Smallest)
        {
            _findings.Warning(
                "derivable-window",
                $"{Codes()} skiljer på mellan 1 och 4 patienter, som därmed går att räkna ut. "
                    + $"Undertryck {ToMask("derivable-window", Cells(shorter, [group]))}",
                _delivery.CellEntry,
                LineOf(shorter, group)
            );
        }
    }

    private void JudgeAsa()
    {
        var asa = _contents.Pairs[_pair].Asa;
        var cell = Patients(Period.Days365, 0);
        if (asa is null)
        {
            if (cell > 0)
            {
                _findings.Error(
                    "asa",
                    "Raden saknas i asa.csv för en synlig cell 365D ALLA.",
                    _delivery.CellEntry,
                    LineOf(Period.Days365, 0)
                );
            }

            return;
        }

        var line = _delivery.AsaLines[_pair];
        if (cell <= 0)
        {
            _findings.Error(
                "asa",
                "Raden gäller en enhet och åtgärd utan synlig cell för 365D och ALLA.",
                _delivery.AsaEntry,
                line
            );
        }
        else if (asa.Value.Known > cell)
        {
            _findings.Error(
                "asa",
                "kand är större än antalet i cellen 365D ALLA. Räkna båda på samma operationer.",
                _delivery.AsaEntry,
                line,
                3
            );
        }
    }

    private void JudgeSilence()
    {
        var latest = new (bool In90, bool In30)[_contents.Units.Count];
        for (var pair = 0; pair < _contents.Pairs.Count; pair++)
        {
            ref var unit = ref latest[_contents.Pairs[pair].Unit];
            unit.In90 |= _contents.FindCell(pair, Period.Days90, 0) is not null;
            unit.In30 |= _contents.FindCell(pair, Period.Days30, 0) is not null;
        }

        for (var unit = 0; unit < latest.Length; unit++)
        {
            if (latest[unit] is { In90: true, In30: false })
            {
                _findings.Warning(
                    "unit-silent",
                    "Enheten har celler för 90D men ingen alls för 30D: rapporterar den fortfarande?",
                    _delivery.UnitEntry,
                    _delivery.LineOfUnit(unit)
                );
            }
        }
    }

    private string Everybody => _contents.Source.Groups[0].Code;

    private long Patients(Period period, int group) => _patients[period.Index * _groups + group];

    private string CodeOf(Period period) => _periodCodes[period.Index];

    private string CellName(Period period, int group) => $"{CodeOf(period)} {_contents.Source.Groups[group].Code}";

    private static long AtLeast(long patients) => patients == Masked ? 1 : patients;

    private int LineOf(Period period, int group) => _contents.FindCell(_pair, period, group)?.Line ?? 0;

    private void GroupSum(string message, int line) => _findings.Error("group-sum", message, _delivery.CellEntry, line);

    private void WindowSum(string message, int line) =>
        _findings.Error("window-sum", message, _delivery.CellEntry, line);
}
