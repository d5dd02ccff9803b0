using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Lagesbild.Statistics;
using Lagesbild.Tests.Api;

namespace Lagesbild.Tests.Pictures;

/// <summary>
/// What an outsider learns of masked groups from how long patients waited, beside how many they are: from the histogram and
/// the bin of every unit's explanations, its share within ninety days, its 90th percentile, and the bounds and the confidence
/// interval of its median. No rule refuses that (docs/leveransformat.md says why); how much it is, is held here.
/// </summary>
public sealed class PublishedBinsTests(ITestOutputHelper output)
{
    private const int EveryPair = 16;

    [Fact]
    public void Waits_give_away_few_of_the_masked_groups_and_bins_as_delivered_would_give_away_many()
    {
        const string file = "SPOR_2026-11-21.zip";
        var picture = AcceptedPicture.Build(file);
        var pairs = picture.Procedures.SelectMany(p => p.Units.Select(unit => (p, unit))).ToList();
        var (masked, counts, published, delivered) = (0, 0, 0, 0);
        Many.Run(
            (pairs.Count + EveryPair - 1) / EveryPair,
            i =>
            {
                var (procedure, unit) = pairs[i * EveryPair];
                var place = Place.Of(unit);
                int[] pinned =
                [
                    .. ((Shown[])[Shown.Counts, Shown.Published, Shown.Delivered]).Select(shown =>
                        new WaitAttacker(procedure, place, shown).Pinned
                    ),
                ];
                Interlocked.Add(ref masked, WaitAttacker.Masked(procedure, place).Count());
                Interlocked.Add(ref counts, pinned[0]);
                Interlocked.Add(ref published, pinned[1]);
                Interlocked.Add(ref delivered, pinned[2]);
            }
        );
        output.WriteLine(
            $"{file}: {masked} masked; pinned {counts} by counts, {published} published, {delivered} delivered"
        );
        Assert.Equal(0, counts);
        Assert.InRange(published * 40, 0, masked);
        // The outsider can do it: with every bin as it was delivered he finds many more.
        Assert.InRange(published * 5, 0, delivered);
    }

    private enum Shown
    {
        Counts,
        Published,
        Delivered,
    }

    /// <summary>
    /// Bounds, for each group of the three windows and for what a longer one has beside the next shorter, how many waited
    /// between any two of all the edges that are shown.
    /// </summary>
    private sealed class WaitAttacker
    {
        private const int Windows = 3;
        private const int Slices = 5; // the windows, and what the two longer ones have beside the next shorter
        private const int Unbounded = 1_000_000;

        private readonly int _groups;
        private readonly int _cuts;
        private readonly int[][] _most;
        private bool _changed;

        public WaitAttacker(ProcedurePicture procedure, Place place, Shown shown)
        {
            var known = Known(procedure, place, shown).ToList();
            var masked = Masked(procedure, place).ToList();
            int[] cuts =
            [
                .. known.SelectMany(k => (int[])[k.From, k.End]).Append(0).Append(int.MaxValue).Distinct().Order(),
            ];
            _cuts = cuts.Length;
            _groups = procedure.Source.Groups.Count + 1; // the last is who is in none of them
            _most = [.. Enumerable.Range(0, Slices * _groups).Select(_ => Start())];
            foreach (var (window, group, from, end, least, most) in known)
            {
                var (i, j) = (Array.IndexOf(cuts, from), Array.IndexOf(cuts, end));
                Lower(Of(window, group), i, j, most);
                Lower(Of(window, group), j, i, -least);
            }

            foreach (var (window, group) in masked)
            {
                Lower(Of(window, group), _cuts - 1, 0, -1);
            }

            for (var slice = 0; slice < Slices && procedure.Source.GroupsPartition; slice++)
            {
                Lower(Of(slice, _groups - 1), 0, _cuts - 1, 0);
            }

            do
            {
                _changed = false;
                foreach (var most in _most)
                {
                    Close(most);
                }

                AddUp();
            } while (_changed);

            Pinned = masked.Count(m =>
                Bound(m.Window, m.Group, 0, _cuts - 1) == -Bound(m.Window, m.Group, _cuts - 1, 0)
            );
        }

        public int Pinned { get; }

        public static IEnumerable<(int Window, int Group)> Masked(ProcedurePicture procedure, Place place) =>
            from window in Enumerable.Range(0, Windows)
            from @group in Enumerable.Range(0, procedure.Source.Groups.Count)
            where procedure.FindFigure(place, new Period((byte)window), @group)!.Value.Absence == Absence.Masked
            select (window, @group);

        // In a window's group, of those who waited from so many days to fewer than so many: at least and at most so many.
        private static IEnumerable<(int Window, int Group, int From, int End, int Least, int Most)> Known(
            ProcedurePicture procedure,
            Place place,
            Shown shown
        ) =>
            from window in Enumerable.Range(0, Windows)
            from @group in Enumerable.Range(0, procedure.Source.Groups.Count)
            let period = new Period((byte)window)
            let figure = procedure.FindFigure(place, period, @group)!.Value
            where figure.Absence != Absence.Masked
            let bins = procedure.HistogramOf(place, period, @group)
            from known in Known(figure, bins, shown)
            select (window, @group, known.From, known.End, known.Least, known.Most);

        private static List<(int From, int End, int Least, int Most)> Known(Figure figure, Bin[] bins, Shown shown)
        {
            var known = new List<(int From, int End, int Least, int Most)>();
            var count = (int)Histogram.Count(bins);
            Exactly(0, int.MaxValue, count);
            if (bins.Length == 0 || shown == Shown.Counts)
            {
                return known;
            }

            var explained = Explanation.Of(bins, asItIs: shown == Shown.Delivered);
            var at = 0;
            foreach (var bin in explained.Histogram)
            {
                var end = bin.IsOpen ? int.MaxValue : bin.To + 1;
                Exactly(at, bin.From, 0);
                Exactly(bin.From, end, bin.Count);
                at = end;
            }

            Exactly(at, int.MaxValue, 0);
            if (explained.HeldBy is { } held)
            {
                Exactly(0, held.FromDays, (int)held.CountBefore);
                Exactly(held.FromDays, held.ToDays + 1, (int)held.CountWithin);
            }

            // A percentile of two decimals is a fraction whose parts are the patients of one bin and those before it.
            foreach (
                var bin in bins.Where(bin => !bin.IsOpen && bin.From < figure.P90Days && figure.P90Days <= bin.To + 1)
            )
            {
                Exactly(0, bin.From, bins.TakeWhile(before => before != bin).Sum(before => before.Count));
                Exactly(bin.From, bin.To + 1, bin.Count);
            }

            if (!figure.Within90DaysIsInterpolated)
            {
                Exactly(0, 91, (int)Math.Round(figure.Within90Days!.Value * count));
            }

            Around((count + 1) / 2, figure.MedianLowerDays, figure.MedianUpperDays);
            // The interval that goes with a rank is public knowledge: the sign test's.
            Around(
                (int)MedianInterval.LowerRank(count, tail: 0.025),
                figure.IntervalLowerDays,
                figure.IntervalUpperDays
            );
            return known;

            void Exactly(int from, int end, int patients) => known.Add((from, end, patients, patients));

            // The patient of that rank waited no less than the lower limit, the one as far from the end no more than the upper.
            void Around(int rank, int? lower, int? upper)
            {
                if (lower is > 0 and var from)
                {
                    known.Add((0, from, 0, rank - 1));
                }

                if (upper is { } to)
                {
                    known.Add((0, to + 1, count - rank + 1, count));
                }
            }
        }

        private int[] Of(int slice, int group) => _most[slice * _groups + group];

        private int Bound(int slice, int group, int i, int j) => Of(slice, group)[i * _cuts + j];

        // In row i and column j the most that S(j) − S(i) can be, S being the patients who waited less than a cut.
        private int[] Start()
        {
            var most = new int[_cuts * _cuts];
            for (var i = 0; i < _cuts; i++)
            {
                Array.Fill(most, Unbounded, i * _cuts + i + 1, _cuts - i - 1);
            }

            return most;
        }

        private void Close(int[] most)
        {
            for (var k = 0; k < _cuts; k++)
            {
                for (var i = 0; i < _cuts; i++)
                {
                    if (most[i * _cuts + k] is < Unbounded and var first)
                    {
                        for (var j = 0; j < _cuts; j++)
                        {
                            Lower(most, i, j, first + most[k * _cuts + j]);
                        }
                    }
                }
            }
        }

        private void AddUp()
        {
            for (var i = 0; i < _cuts; i++)
            {
                for (var j = 0; j < _cuts; j++)
                {
                    for (var slice = 0; slice < Slices; slice++)
                    {
                        AddUp(Of(slice, 0), [.. Enumerable.Range(1, _groups - 1).Select(g => Of(slice, g))], i, j);
                    }

                    for (var group = 0; group < _groups; group++)
                    {
                        AddUp(Of(1, group), [Of(0, group), Of(3, group)], i, j);
                        AddUp(Of(2, group), [Of(1, group), Of(4, group)], i, j);
                    }
                }
            }
        }

        private void AddUp(int[] whole, int[][] parts, int i, int j)
        {
            var (there, back) = (i * _cuts + j, j * _cuts + i);
            Lower(whole, i, j, parts.Sum(p => p[there]));
            foreach (var part in parts)
            {
                Lower(part, i, j, whole[there] + parts.Sum(p => p == part ? 0 : p[back]));
            }
        }

        private void Lower(int[] most, int i, int j, int to)
        {
            if (to < Math.Min(most[i * _cuts + j], Unbounded / 2))
            {
                most[i * _cuts + j] = to;
                _changed = true;
                Assert.True(i != j, "what is published does not contradict itself");
            }
        }
    }
}
