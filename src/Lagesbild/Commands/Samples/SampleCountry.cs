using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Statistics;

namespace Lagesbild.Commands.Samples;

/// <summary>
/// A synthetic country: operations one by one, each with its date, wait, patient group and ASA class, counted as a
/// register counts. Everything about a unit × procedure comes from a chance of its own.
/// </summary>
internal sealed class SampleCountry
{
    private const int LongestWait = 1_400;

    // Against the year's mean, January first: little is done in July, and August only begins again.
    private static readonly double[] Season = [0.97, 1.08, 1.12, 1.04, 1.06, 0.98, 0.5, 0.74, 1.12, 1.18, 1.14, 0.82];

    // Whoever is operated after the summer has waited through it.
    private static readonly double[] WaitOfMonth = [1.06, 1, 0.97, 0.96, 0.95, 0.95, 1.02, 1.42, 1.2, 1.06, 1, 0.98];

    // Waits against the country's; Västerbotten slow and Jönköping fast as published, the others invented.
    private static readonly Dictionary<string, double> WaitOfRegion = new()
    {
        ["01"] = 0.85,
        ["03"] = 1.05,
        ["04"] = 1.1,
        ["05"] = 0.95,
        ["06"] = 0.48,
        ["07"] = 0.9,
        ["08"] = 0.8,
        ["09"] = 1.2,
        ["10"] = 1.1,
        ["12"] = 1.15,
        ["13"] = 0.75,
        ["14"] = 1.2,
        ["17"] = 1.1,
        ["18"] = 0.95,
        ["19"] = 1.05,
        ["20"] = 1.15,
        ["21"] = 1.2,
        ["22"] = 1.25,
        ["23"] = 1.15,
        ["24"] = 1.65,
        ["25"] = 1.3,
    };

    // Shares of SPOR's time limits by urgency: 0–14, 15–30, 31–90, 91–180 days, over 180 or none set.
    private static readonly double[][] LimitShares =
    [
        [0.4, 0.36, 0.15, 0.03, 0.06],
        [0.09, 0.17, 0.44, 0.14, 0.16],
        [0.02, 0.04, 0.42, 0.28, 0.24],
    ];

    // Median waits of the first two limits in days, and of the others against the procedure's.
    private static readonly double[] LimitWaits = [9, 22, 0.8, 1.3, 1];

    private readonly SampleRequest _request;
    private readonly IReadOnlyList<SampleProcedure> _procedures;
    private readonly IReadOnlyList<SampleUnit> _units;
    private readonly Dictionary<string, double> _weightOfProcedure = [];
    private readonly DateOnly _firstDay;
    private readonly DateOnly _firstDayOf30;
    private readonly DateOnly _firstDayOf90;
    private readonly DateOnly _firstDayOf365;

    public SampleCountry(ProcedureCatalogue catalogue, SampleRequest request)
    {
        _request = request;
        _procedures = SampleProcedure.Of(catalogue, request.Source);
        _units = SampleUnit.Of(catalogue, request.Source);
        Units = [.. _units.Take(request.Units)];
        Procedures = [.. _procedures.Take(request.Procedures).OrderBy(p => p.Procedure.Code, StringComparer.Ordinal)];
        _firstDayOf30 = Period.Days30.FirstDay(request.ReferenceDate);
        _firstDayOf90 = Period.Days90.FirstDay(request.ReferenceDate);
        _firstDayOf365 = Period.Days365.FirstDay(request.ReferenceDate);
        _firstDay = Month.OfTrend(request.ReferenceDate, 0).FirstDay;

        // A procedure's volume is shared among all units there are, chosen or not: one more chosen changes no other.
        foreach (var procedure in Procedures)
        {
            _weightOfProcedure.Add(procedure.Procedure.Code, _units.Sum(unit => Weight(unit, procedure)));
        }
    }

    public static double PaceOfRegion(string region) => WaitOfRegion[region];

    private bool IsSpor => _request.Source == "SPOR";

    public IReadOnlyList<SampleUnit> Units { get; }

    public IReadOnlyList<SampleProcedure> Procedures { get; }

    /// <summary>Counts and masks every procedure of a unit that it performs.</summary>
    /// <param name="waits">Used anew for each.</param>
    public IEnumerable<SampleProcedure> Count(SampleUnit unit, Waits waits)
    {
        var traits = new UnitTraits(_request, unit);
        var masking = new Masking(_request.ReferenceDate, waits.Groups, partition: IsSpor);
        foreach (var procedure in Procedures)
        {
            waits.Clear();
            Operate(unit, traits, procedure, waits);
            masking.Apply(waits);
            yield return procedure;
        }
    }

    private double Weight(SampleUnit unit, SampleProcedure procedure)
    {
        var chance = new Chance(_request.Seed, unit.Delivered.HsaId, procedure.Procedure.Code + " volume");
        var luck = chance.Uniform();
        var kind = unit.Kind;
        if (kind.Specialties is { } does && !procedure.Procedure.Specialty.Split('/').Any(does.Contains))
        {
            return 0;
        }

        // Small units do what is common; what is rare is gathered in few places, cancer never in private clinics.
        var isPublic = kind.Operator == Operator.Public;
        var common = procedure.Volume / (procedure.Volume + 2_500);
        var chanceOfDoing =
            common > 0.95 ? 1
            : kind.Size >= 2 && isPublic ? 0.95
            : Math.Min(0.95, (isPublic ? 0.25 : 0.15) + 0.7 * common);
        if (luck >= chanceOfDoing || (!isPublic && procedure.Urgency == Urgency.Cancer))
        {
            return 0;
        }

        return kind.Size * chance.Factor(0.5) * (isPublic || procedure.Urgency == Urgency.Elective ? 1 : 0.5);
    }

    private void Operate(SampleUnit unit, UnitTraits traits, SampleProcedure procedure, Waits waits)
    {
        var weight = Weight(unit, procedure);
        if (weight == 0)
        {
            return;
        }

        var code = procedure.Procedure.Code;
        var chance = new Chance(_request.Seed, unit.Delivered.HsaId, code);
        var yearly = procedure.Volume * _request.VolumeOf(procedure) * weight / _weightOfProcedure[code];
        var wait = procedure.MedianDays * traits.Wait * chance.Factor(0.16);
        var anaesthesia = traits.Anaesthesia * chance.Factor(0.3);
        var asa34 = Math.Min(0.95, procedure.Asa34 * traits.Sickness * chance.Factor(0.12));
        Span<double> upTo = stackalloc double[31];
        for (var month = Month.Of(_firstDay); month <= Month.Of(_request.ReferenceDate); month = month.Add(1))
        {
            var season = chance.Factor(0.07);
            var monthWait = wait * WaitOfMonth[month.Number - 1] * chance.Factor(0.07);
            var days = 0.0;
            for (var day = month.FirstDay; day <= month.LastDay; day = day.AddDays(1))
            {
                days += day <= _request.ReferenceDate ? traits.Operates(day) : 0;
                upTo[day.Day - 1] = days;
            }

            var place = month.PlaceInTrend(_request.ReferenceDate);
            var operations = chance.Poisson(yearly * season * Season[month.Number - 1] * days / UnitTraits.DaysOfYear);
            for (var i = 0; i < operations; i++)
            {
                var at = chance.Uniform() * days;
                var dayOfMonth = 1;
                while (upTo[dayOfMonth - 1] <= at)
                {
                    dayOfMonth++;
                }

                var (group, median) = IsSpor
                    ? Limit(ref chance, procedure.Urgency, monthWait)
                    : (chance.Uniform() < anaesthesia ? 1 : 0, monthWait);
                var sigma = IsSpor ? 0.68 : 1.05;
                var waited = (int)Math.Min(LongestWait, median * chance.Factor(sigma));
                var known = chance.Uniform() < traits.AsaKnown;
                var sick = chance.Uniform() < asa34;
                Register(waits, month.FirstDay.AddDays(dayOfMonth - 1), place, group, waited, known, sick);
            }
        }
    }

    private static (int Group, double Median) Limit(ref Chance chance, Urgency urgency, double wait)
    {
        var shares = LimitShares[(int)urgency];
        var at = chance.Uniform();
        var limit = 0;
        while (limit < shares.Length - 1 && at >= shares[limit])
        {
            at -= shares[limit++];
        }

        return (limit + 1, limit < 2 ? Math.Min(wait, LimitWaits[limit]) : wait * LimitWaits[limit]);
    }

    private void Register(Waits waits, DateOnly day, int? month, int group, int waited, bool known, bool sick)
    {
        if (month is { } place)
        {
            Add(Period.OfMonth(place));
        }

        if (day < _firstDayOf365)
        {
            return;
        }

        Add(Period.Days365);
        waits.AsaKnown += known ? 1 : 0;
        waits.Asa34 += known && sick ? 1 : 0;
        if (day >= _firstDayOf90)
        {
            Add(Period.Days90);
        }

        if (day >= _firstDayOf30)
        {
            Add(Period.Days30);
        }

        void Add(Period period)
        {
            waits.Add(period.Index, 0, waited);
            if (group > 0)
            {
                waits.Add(period.Index, group, waited);
            }
        }
    }
}
