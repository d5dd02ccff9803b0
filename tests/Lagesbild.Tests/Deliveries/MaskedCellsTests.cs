using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lagesbild.Commands.Samples;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Tests.Deliveries;

/// <summary>
/// Masked groups and ASA classes cannot be worked out from what is accepted (<see cref="Attacker"/>). What is published of
/// regions and the country is merged from visible cells alone (PictureOracleTests), so it tells an outsider nothing more.
/// </summary>
public sealed partial class MaskedCellsTests
{
    private static readonly string[] Codes = ["NGB", "NFB", "JKA"];
    private static readonly string[] CataractCodes = ["CJC", "CJD", "CJE"];

    /// <summary>How many deliveries are tried: as many as asked for, or enough for every test run.</summary>
    private static readonly int Deliveries = int.Parse(
        Environment.GetEnvironmentVariable("LAGESBILD_MASKED_DELIVERIES") ?? "1500",
        CultureInfo.InvariantCulture
    );

    [Theory]
    [InlineData("SPOR")]
    [InlineData("NCR")]
    public void What_an_outsider_can_work_out_is_refused_and_nothing_else_is(string source)
    {
        var (accepted, refused) = (0, 0);
        Many.Run(
            Deliveries,
            seed =>
            {
                var delivery = new MaskedDelivery(source, seed);
                var result = Reading.Read(delivery.Name, delivery.Content, today: delivery.ReferenceDate);
                Assert.DoesNotContain(
                    result.Findings.Counts.Keys,
                    code => code is not ("derivable" or "derivable-window" or "unit-silent")
                );
                // More than are listed, more than can be compared.
                if (result.Findings.Counts.GetValueOrDefault("derivable") <= Findings.ListedPerCode)
                {
                    delivery.AssertJustlyJudged(
                        [.. result.Findings.Listed.Where(f => f.Code == "derivable").Select(f => f.Line!.Value)],
                        $"seed {seed}"
                    );
                }

                Interlocked.Increment(ref (result.Contents is null ? ref refused : ref accepted));
            }
        );
        // Both kinds are there in numbers, or nothing was tried.
        Assert.InRange(accepted, Deliveries / 20, Deliveries);
        Assert.InRange(refused, Deliveries / 20, Deliveries);
    }

    [Theory]
    [InlineData("SPOR")]
    [InlineData("NCR")]
    public void Whoever_masks_what_the_findings_say_is_refused_for_nothing_else(string source)
    {
        var (begun, again) = (0, 0);
        Many.Run(
            Deliveries / 5,
            seed =>
            {
                var delivery = new MaskedDelivery(source, seed, thoughtless: seed % 2 == 0);
                var result = Reading.Read(delivery.Name, delivery.Content, today: delivery.ReferenceDate);
                Interlocked.Add(ref begun, result.Findings.HasErrors ? 1 : 0);
                for (var round = 0; result.Findings.HasErrors; round++)
                {
                    var told = Reading.Codes(result);
                    Assert.True(round < 4 && delivery.MaskAdvised(result.Findings.Listed), $"seed {seed}: {told}");
                    result = Reading.Read(delivery.Name, delivery.Content, today: delivery.ReferenceDate);
                    Interlocked.Add(ref again, result.Findings.HasErrors ? 1 : 0);
                    // What was hidden by the first findings may be told now, but no sum is broken by what was advised.
                    Assert.True(
                        result.Findings.Counts.Keys.All(code =>
                            code is "derivable" or "derivable-window" or "unit-silent"
                        ),
                        $"seed {seed}: {told} -> {Reading.Codes(result)}"
                    );
                }
            }
        );
        Assert.InRange(begun, Deliveries / 100, Deliveries);
        Assert.InRange(again, 0, begun / 2);
    }

    [Fact]
    public void The_samples_give_nothing_away()
    {
        string[] dates = ["2026-11-21", "2026-03-01", "2025-12-31", "2024-02-29"];
        Many.Run(
            dates.Length * 2,
            i =>
            {
                var source = i % 2 == 0 ? "SPOR" : "NCR";
                var date = DateOnly.ParseExact(dates[i / 2], "yyyy-MM-dd", CultureInfo.InvariantCulture);
                var request = new SampleRequest(source, date, 4, 3, i + 1, false);
                var bytes = new MemoryStream();
                SampleFile.Write(
                    new SampleCountry(Reading.Catalogue, request),
                    request,
                    bytes,
                    null,
                    TestContext.Current.CancellationToken
                );
                var result = Reading.Read(request.FileName, bytes.ToArray(), today: date);
                Assert.False(result.Findings.HasErrors, Reading.Codes(result));
                Assert.DoesNotContain("derivable-window", result.Findings.Counts.Keys);
                AssertNothingIsPinned(result.Contents!);
            }
        );
    }

    [Fact]
    public void A_group_that_only_an_equation_over_months_and_the_year_gives_away_is_refused()
    {
        // February: 43 − 20 − (February's 14 and 30, which are the year's 20 + 20 less March's 40 − 20) = 3 of group 90.
        var file = ByEquation();
        var result = Reading.Read(file);
        var found = Assert.Single(result.Findings.Listed);
        Assert.Equal(("derivable", 10), (found.Code, found.Line!.Value));
        Assert.StartsWith("2026-02 90 går att räkna ut", found.Message, StringComparison.Ordinal);

        // What it says helps.
        Assert.Contains("Undertryck också 14 i 365D.", found.Message, StringComparison.Ordinal);
        var advised = ByEquation();
        advised.Waits[2] = $"{SporFile.Falun};NGB;365D;14;;;x";
        Assert.Empty(Reading.Read(advised).Findings.Listed);

        file.Change("vantetid.csv", 7, 7, "44"); // nobody knows any longer how many of them
        file.Change("vantetid.csv", 2, 7, "124");
        file.Change("vantetid.csv", 4, 7, "x");
        file.Change("vantetid.csv", 4, 5, "");
        file.Change("vantetid.csv", 4, 6, "");
        Assert.Empty(Reading.Read(file).Findings.Listed);
    }

    [Theory]
    [InlineData("2026-08", "EJ", 120)] // with what two months show of it more than the year's everybody
    [InlineData("2026-07", "14", 25)] // the year has twenty
    public void A_number_that_contradicts_others_hides_nothing_else_that_can_be_worked_out(
        string month,
        string group,
        int patients
    )
    {
        var file = ByEquation();
        file.Cells("NGB", month, ("ALLA", patients), (group, patients));
        var result = Reading.Read(file);
        Assert.Contains(result.Findings.Listed, f => (f.Code, f.Line) == ("derivable", 10));
    }

    [Fact]
    public void Five_groups_of_one_patient_each_are_seen_though_a_month_contradicts_the_year()
    {
        (string, int?)[] masked = [.. from @group in Limits select (@group, (int?)null)];
        var file = Knees(
            ("365D", [("ALLA", 5), .. masked]),
            ("90D", [("ALLA", null), .. masked]),
            ("30D", [("ALLA", null), .. masked])
        );
        file.Cells("NGB", "2026-07", ("ALLA", 5), ("EJ", 5));
        var lines = Reading.Read(file).Findings.Listed.Where(f => f.Code == "derivable").Select(f => f.Line);
        Assert.Superset(new HashSet<long?> { 3, 4, 5, 6, 7 }, lines.ToHashSet());
    }

    [Fact]
    public void A_contradiction_alone_is_no_reason_to_refuse()
    {
        var file = Knees(("365D", [("ALLA", 60), ("14", null), ("30", null), ("EJ", 40)]));
        file.Cells("NGB", "2026-03", ("ALLA", 40), ("EJ", 40));
        file.Cells("NGB", "2026-04", ("ALLA", 40), ("EJ", 40)); // with March more than the year
        Assert.False(Reading.Read(file).Findings.HasErrors);
    }

    private static readonly string[] Limits = ["14", "30", "90", "180", "EJ"];

    private static SporFile ByEquation() =>
        Knees(
            ("365D", [("ALLA", 123), ("14", 20), ("30", 20), ("90", null), ("EJ", null)]),
            ("2026-02", [("ALLA", 43), ("14", null), ("30", null), ("90", null), ("EJ", 20)]),
            ("2026-03", [("ALLA", 40), ("14", null), ("30", null), ("EJ", 20)]),
            ("2026-04", [("ALLA", 40), ("90", null), ("EJ", null)])
        );

    private static SporFile Knees(params (string Period, (string Group, int? Patients)[] Cells)[] periods)
    {
        var file = SporFile.Good();
        file.Waits.RemoveRange(1, file.Waits.Count - 1);
        file.Asa.RemoveRange(1, file.Asa.Count - 1);
        foreach (var (period, cells) in periods)
        {
            file.Cells("NGB", period, cells);
        }

        file.Asa.Add(SporFile.Falun + ";NGB;0;0");
        return file;
    }

    private static void AssertNothingIsPinned(DeliveryContents contents)
    {
        var groups = contents.Source.Groups.Count;
        var attacker = AttackerOf(contents.Version.ReferenceDate, contents.Source);
        for (var pair = 0; pair < contents.Pairs.Count; pair++)
        {
            var cells = new long?[Period.Count, contents.Source.GroupsPartition ? groups : groups + 1];
            for (byte period = 0; period < Period.Count; period++)
            {
                for (var group = 0; group < groups; group++)
                {
                    cells[period, group] = contents.FindCell(pair, new Period(period), group) switch
                    {
                        null => 0,
                        { IsMasked: true } => Attacker.Masked,
                        { } cell => Histogram.Count(contents.BinsOf(cell)),
                    };
                }
            }

            Assert.True(attacker.Learn(cells));
            Assert.DoesNotContain(
                from period in Enumerable.Range(0, Period.Count)
                from @group in Enumerable.Range(0, groups)
                where cells[period, @group] == Attacker.Masked
                select (period, @group),
                cell => attacker.IsPinned(cell.period, cell.@group)
            );
        }
    }

    private static Attacker AttackerOf(DateOnly referenceDate, Source source) =>
        new(
            [
                .. Enumerable
                    .Range(0, Period.Count)
                    .Select(i => new Period((byte)i))
                    .Select(p => (p.FirstDay(referenceDate), p.LastDay(referenceDate))),
            ],
            source.GroupsPartition ? source.Groups.Count : source.Groups.Count + 1
        );

    [Fact]
    public void No_accepted_ASA_row_gives_away_what_it_hides()
    {
        const int patients = 25;
        string[] numbers = [.. Enumerable.Range(0, patients + 1).Select(n => n.ToString(CultureInfo.InvariantCulture))];
        var accepted = 0;
        foreach (var known in numbers.Append("x"))
        {
            foreach (var asa34 in (string[])[.. numbers, "<5", "x"])
            {
                var file = SporFile.Good();
                file.Change("asa.csv", 2, 3, known);
                file.Change("asa.csv", 2, 4, asa34);
                if (Reading.Read(file).Contents is null)
                {
                    continue;
                }

                accepted++;
                var possible =
                    from k in Enumerable.Range(0, patients + 1)
                    from a in Enumerable.Range(0, k + 1)
                    where known == "x" ? k >= 1 : known == numbers[k]
                    where
                        asa34 == "x" ? a >= 1
                        : asa34 == "<5" ? a is >= 1 and <= 4
                        : asa34 == numbers[a]
                    select (Known: k, Asa34: a, Healthier: k - a);
                Assert.True(known != "x" || possible.Select(p => p.Known).Distinct().Count() > 1, $"{known} {asa34}");
                Assert.True(asa34[0] is not ('x' or '<') || possible.Select(p => p.Asa34).Distinct().Count() > 1);
                Assert.True(
                    possible.Select(p => p.Healthier).Distinct().Count() > 1
                        || possible.First().Healthier is 0 or >= DeliveryBuilder.SmallestCell,
                    $"{known} {asa34}"
                );
                Assert.DoesNotContain(possible.Select(p => p.Known).Distinct(), k => known != "x" && k is >= 1 and < 5);
            }
        }

        // 0 with 0; 5 to 25 with 0, all, <5, x, or five and more that leave as many; x with x.
        Assert.Equal(1 + Enumerable.Range(5, 21).Sum(k => 4 + Math.Max(0, k - 9)) + 1, accepted);
    }

    /// <summary>
    /// Patients by day and group, counted into cells, and masked as the format's description says, period by period, by a
    /// sender who has thought no further; some cells are hidden for no reason at all.
    /// </summary>
    private sealed partial class MaskedDelivery
    {
        private readonly Random _random;
        private readonly Source _source;
        private readonly int _groups;
        private readonly List<(string Code, long[,] Patients, bool[,] IsMasked)> _pairs = [];
        private readonly List<(int Pair, int Period, int Group, int Line)> _lines = [];

        // Thoughtless: masks what is small, and nothing for the sake of the sums.
        public MaskedDelivery(string source, int seed, bool thoughtless = false)
        {
            _random = new Random(seed);
            _source = SourceReaders.Standard.Find(source)!.Source;
            _groups = _source.Groups.Count;
            ReferenceDate = new DateOnly(2024, 1, 1).AddDays(_random.Next(1_000));
            foreach (var code in source == "SPOR" ? Codes : CataractCodes)
            {
                var patients = Count();
                _pairs.Add((code, patients, Mask(patients, thoughtless)));
            }

            (Name, Content) = Write();
        }

        public DateOnly ReferenceDate { get; }

        public string Name { get; }

        public byte[] Content { get; private set; }

        /// <summary>Masks every cell that the findings say to mask; false where they say none that is visible.</summary>
        public bool MaskAdvised(IEnumerable<Finding> findings)
        {
            var any = false;
            foreach (var finding in findings)
            {
                // "Undertryck även 14 och EJ i 2026-10 samt alla celler i 30D och 90D."
                var advice = finding.Message[(finding.Message.IndexOf(". Undertryck", StringComparison.Ordinal) + 1)..];
                foreach (Match part in Part().Matches(advice))
                {
                    var pair = _lines.First(line => line.Line == finding.Line).Pair;
                    var (_, patients, isMasked) = _pairs[pair];
                    var groups = Words(part.Groups["groups"].Value);
                    foreach (var period in Words(part.Groups["periods"].Value))
                    {
                        var place = Enumerable
                            .Range(0, Period.Count)
                            .First(i => new Period((byte)i).ToCode(ReferenceDate) == period);
                        for (var group = 0; group < _groups; group++)
                        {
                            if (
                                patients[place, group] > 0
                                && !isMasked[place, group]
                                && (groups is ["alla celler"] || groups.Contains(_source.Groups[group].Code))
                            )
                            {
                                any = isMasked[place, group] = true;
                            }
                        }
                    }
                }
            }

            (_, Content) = Write();
            return any;

            static string[] Words(string list) => list.Split((string[])[", ", " och "], StringSplitOptions.None);
        }

        [GeneratedRegex(
            @"(?:Undertryck (?:även |också )?|förslagsvis | samt )(?<groups>alla celler|[A-Za-z0-9]+(?:(?:, | och )[A-Za-z0-9]+)*) i (?<periods>[0-9][-0-9D]+(?:(?:, | och )[0-9][-0-9D]+)*)"
        )]
        private static partial Regex Part();

        private (string Name, byte[] Content) Write()
        {
            _lines.Clear();
            return _source.Code == "SPOR" ? Spor() : Ncr();
        }

        /// <summary>Complained of is every group that the attacker pins, and no group that he could not pin by trying.</summary>
        public void AssertJustlyJudged(HashSet<long> complained, string which)
        {
            var attacker = AttackerOf(ReferenceDate, _source);
            for (var pair = 0; pair < _pairs.Count; pair++)
            {
                var (_, patients, isMasked) = _pairs[pair];
                var cells = new long?[Period.Count, _source.GroupsPartition ? _groups : _groups + 1];
                for (var period = 0; period < Period.Count; period++)
                {
                    for (var group = 0; group < _groups; group++)
                    {
                        cells[period, group] = isMasked[period, group] ? Attacker.Masked : patients[period, group];
                    }
                }

                Assert.True(attacker.Learn(cells), "true counts do not contradict each other");
                foreach (var (_, period, group, line) in _lines.Where(l => l.Pair == pair && l.Group > 0))
                {
                    var isComplained = complained.Contains(line);
                    Assert.True(
                        !isMasked[period, group] ? !isComplained
                            : isComplained ? attacker.IsPinnedByTrial(period, group)
                            : !attacker.IsPinned(period, group),
                        $"{which}, line {line}, complained of: {isComplained}"
                    );
                }
            }
        }

        private long[,] Count()
        {
            var patients = new long[Period.Count, _groups];
            var total = _random.Next(3) switch
            {
                0 => _random.Next(5, 30),
                1 => _random.Next(30, 120),
                _ => _random.Next(120, 600),
            };
            var skew = 1 + 3 * _random.NextDouble();
            // Some units have stopped, some have just begun.
            var (first, last) = _random.Next(4) switch
            {
                0 => (60, 580),
                1 => (0, 120),
                _ => (0, 580),
            };
            for (var i = 0; i < total; i++)
            {
                var day = ReferenceDate.AddDays(-_random.Next(first, last));
                var group =
                    _source.GroupsPartition ? 1 + (int)(Math.Pow(_random.NextDouble(), skew) * (_groups - 1))
                    : _random.NextDouble() < skew / 10 ? 1
                    : 0;
                for (byte period = 0; period < Period.Count; period++)
                {
                    var days = new Period(period);
                    if (day >= days.FirstDay(ReferenceDate) && day <= days.LastDay(ReferenceDate))
                    {
                        patients[period, 0]++;
                        patients[period, group] += group > 0 ? 1 : 0;
                    }
                }
            }

            return patients;
        }

        private bool[,] Mask(long[,] patients, bool thoughtless)
        {
            var isMasked = new bool[Period.Count, _groups];
            for (var period = 0; period < Period.Count; period++)
            {
                for (var group = 0; group < _groups; group++)
                {
                    isMasked[period, group] =
                        patients[period, group] is >= 1 and < DeliveryBuilder.SmallestCell
                        || (patients[period, group] > 0 && _random.Next(60) == 0);
                }
            }

            bool IsShown(int period, int group) => patients[period, group] > 0 && !isMasked[period, group];
            for (var again = !thoughtless; again; )
            {
                again = false;
                for (var group = 0; group < _groups; group++)
                {
                    for (var shorter = 1; shorter >= 0; shorter--)
                    {
                        if (IsShown(shorter, group) && isMasked[shorter + 1, group])
                        {
                            again = isMasked[shorter, group] = true;
                        }
                    }
                }

                for (var period = 0; period < Period.Count; period++)
                {
                    again |= MaskPeriod(period);
                }
            }

            return isMasked;

            bool MaskPeriod(int period)
            {
                int[] shown = [.. Enumerable.Range(1, _groups - 1).Where(group => IsShown(period, group))];
                var rest = patients[period, 0] - shown.Sum(group => patients[period, group]);
                var masked = Enumerable.Range(1, _groups - 1).Count(group => isMasked[period, group]);
                if (isMasked[period, 0] && shown.Length > 0)
                {
                    isMasked[period, shown[0]] = true;
                }
                else if (
                    !isMasked[period, 0]
                    && (
                        _source.GroupsPartition
                            ? masked == 1 || (masked > 0 && rest < DeliveryBuilder.SmallestCell)
                            : shown.Length > 0 && rest is > 0 and < DeliveryBuilder.SmallestCell
                    )
                )
                {
                    isMasked[period, shown.Length > 0 ? shown[_random.Next(shown.Length)] : 0] = true;
                }
                else
                {
                    return false;
                }

                return true;
            }
        }

        private (string Name, byte[] Content) Spor()
        {
            var file = new SporFile
            {
                Name = $"SPOR_{ReferenceDate:yyyy-MM-dd}.zip",
                Compression = System.IO.Compression.CompressionLevel.Fastest,
            };
            file.Manifest["referensdatum"] = ReferenceDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            file.Units.Add(SporFile.Falun + ";Exempelsjukhuset Falun;20;2080;offentlig");
            foreach (var (pair, period, group) in Cells())
            {
                var (code, patients, isMasked) = _pairs[pair];
                var bin = isMasked[period, group] ? ";;x" : $"0;6;{patients[period, group]}";
                file.Waits.Add(
                    $"{SporFile.Falun};{code};{new Period((byte)period).ToCode(ReferenceDate)};{_source.Groups[group].Code};{bin}"
                );
                _lines.Add((pair, period, group, file.Waits.Count));
                if (period == Period.Days365.Index && group == 0 && !isMasked[period, 0])
                {
                    file.Asa.Add($"{SporFile.Falun};{code};{patients[period, 0]};0");
                }
            }

            // So that something is shown whatever was hidden.
            file.Waits.Add($"{SporFile.Falun};JFB;365D;ALLA;0;6;50");
            file.Waits.Add($"{SporFile.Falun};JFB;365D;EJ;0;6;50");
            file.Asa.Add($"{SporFile.Falun};JFB;50;0");
            return (file.Name, file.ToBytes());
        }

        private (string Name, byte[] Content) Ncr()
        {
            var file = new NcrFile { Name = $"NCR_{ReferenceDate:yyyy-MM-dd}.jsonl.gz" };
            file.Lines[0]["referensdatum"] = ReferenceDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            file.Unit(NcrFile.Falun, "Exempelkliniken Ögon Falun", "20", "2080", "privat");
            file.Unit(NcrFile.Gothenburg, "Exempelögon Göteborg", "14", "1480", "offentlig");
            foreach (var (pair, period, group) in Cells())
            {
                var (code, patients, isMasked) = _pairs[pair];
                var periodCode = new Period((byte)period).ToCode(ReferenceDate);
                var n = (int)patients[period, group];
                JsonObject line = isMasked[period, group]
                    ? file.Masked(NcrFile.Falun, code, periodCode, _source.Groups[group].Code)
                    : file.Cell(NcrFile.Falun, code, periodCode, _source.Groups[group].Code, $"[[0,6,{n}]]", n);
                Assert.NotNull(line);
                _lines.Add((pair, period, group, file.Lines.Count));
            }

            file.Cell(NcrFile.Gothenburg, "CJE", "365D", "alla", "[[0,6,50]]", 50);
            return (file.Name, file.ToBytes());
        }

        private IEnumerable<(int Pair, int Period, int Group)> Cells() =>
            from pair in Enumerable.Range(0, _pairs.Count)
            from period in Enumerable.Range(0, Period.Count)
            from @group in Enumerable.Range(0, _groups)
            where _pairs[pair].Patients[period, @group] > 0
            select (pair, period, @group);
    }
}
