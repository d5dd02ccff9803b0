using Lagesbild.Deliveries;

namespace Lagesbild.Commands.Samples;

/// <summary>What all of a unit's procedures share: how fast it is, whom it takes, when it is closed.</summary>
internal sealed class UnitTraits
{
    /// <summary>Sum of <see cref="Operates"/> over an ordinary year without closures.</summary>
    public const double DaysOfYear = 261 + 104 * Weekend;

    private const double Weekend = 0.02;

    private readonly bool _isPublic;
    private readonly int _closedFrom;
    private readonly int _closedDays;
    private readonly DateOnly? _silentFrom;

    public UnitTraits(SampleRequest request, SampleUnit unit)
    {
        var chance = new Chance(request.Seed, unit.Delivered.HsaId);
        _isPublic = unit.Kind.Operator == Operator.Public;
        var ownPace = chance.Factor(request.Source == "SPOR" ? 0.16 : 0.45);
        Wait = ownPace * SampleCountry.PaceOfRegion(unit.Delivered.RegionCode) * (_isPublic ? 1.12 : 0.68);
        Sickness = unit.Kind.Sickness * chance.Factor(0.1);
        AsaKnown = chance.Uniform() < 0.1 ? chance.Between(0.5, 0.8) : chance.Between(0.88, 1);
        Anaesthesia = _isPublic ? chance.Between(0.02, 0.07) : chance.Between(0, 0.008);

        // Holidays: private clinics close for weeks, one hospital in four for two or three.
        _closedFrom = 182 + chance.Pick(18);
        _closedDays =
            !_isPublic ? 14 + 7 * chance.Pick(3)
            : chance.Uniform() < 0.25 ? 14 + 7 * chance.Pick(2)
            : 0;

        _silentFrom = request.SilentFrom(unit);
    }

    /// <summary>Factor on every wait.</summary>
    public double Wait { get; }

    /// <summary>Factor on the share with ASA class 3–4.</summary>
    public double Sickness { get; }

    /// <summary>Share of operations with an ASA class registered.</summary>
    public double AsaKnown { get; }

    /// <summary>Share of cataract operations under general anaesthesia.</summary>
    public double Anaesthesia { get; }

    /// <summary>How much of an ordinary day's work is done, and reported, on a day.</summary>
    public double Operates(DateOnly day)
    {
        if (day >= _silentFrom)
        {
            return 0;
        }

        var sinceClosing = day.DayOfYear - _closedFrom;
        return sinceClosing >= 0 && sinceClosing < _closedDays ? 0
            : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) ? 1
            : _isPublic ? Weekend
            : 0;
    }
}
