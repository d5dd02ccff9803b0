using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Pages.Errors;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Lagesbild.Pages.Receipts;

/// <summary>For operators: one delivery; while it is held, what differs from the published one, and the decision.</summary>
[Authorize(Roles.Operator)]
[LedgerPage(TakesForms = true)]
[IgnoreAntiforgeryToken] // Ordering asks for it, and can say in words what is wrong.
public sealed class DeliveryModel(Shell shell, LedgerEntries entries, Ordering ordering) : OrderPage(ordering)
{
    private const int MostUnits = 15;

    /// <summary>A procedure whose figures differ, and the units that moved it most.</summary>
    public sealed record Change(
        string Code,
        string Name,
        ProcedureProfile? Before,
        ProcedureProfile? After,
        bool IsShifted,
        IReadOnlyList<(string HsaId, WaitProfile? Before, WaitProfile? After)> Units
    )
    {
        /// <summary>How much of the country's operations came or went.</summary>
        public long Weight => Math.Abs((After?.Country.Count ?? 0) - (Before?.Country.Count ?? 0));
    }

    public Delivery Delivery { get; private set; } = null!;
    public IReadOnlyList<OperatorDecision> Decisions { get; private set; } = [];
    public DeliveryComparison? Comparison { get; private set; }

    /// <summary>Those that came, went or have other operations, the largest change first.</summary>
    public IReadOnlyList<(UnitProfile? Before, UnitProfile? After)> Units { get; private set; } = [];

    /// <summary>Those that hold the delivery first, then the largest change.</summary>
    public IReadOnlyList<Change> Procedures { get; private set; } = [];
    public IReadOnlyDictionary<string, string> UnitNames { get; private set; } = new Dictionary<string, string>();
    public override bool TakesOrders => Delivery.State == DeliveryState.Held;

    /// <summary>A later one of the source has been published: it can only be refused.</summary>
    public bool IsOvertaken => Comparison is { } c && c.Delivered.Version <= c.Published.Version;

    public Task<IActionResult> OnPostAsync(
        Guid id,
        [FromForm(Name = "beslut")] string? decision,
        [FromForm(Name = "skal")] string? reason,
        CancellationToken cancellationToken
    )
    {
        OperatorDecisionKind? kind = decision switch
        {
            "slapp" => OperatorDecisionKind.Release,
            "neka" => OperatorDecisionKind.Refuse,
            _ => null,
        };
        return AnswerAsync(kind, id, reason, $"/leveranser/{id}#beslut", cancellationToken);
    }

    public string NameOf(string hsaId) => UnitNames.GetValueOrDefault(hsaId, hsaId);

    private protected override async Task<IActionResult> ShowAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await entries.FindAsync(id, cancellationToken) is not { } entry)
        {
            return this.Missing(Nothing.Delivery);
        }

        (Delivery, Decisions) = (entry.Delivery, entry.Decisions);
        Comparison = await entries.CompareAsync(Delivery, cancellationToken);
        if (Comparison is { } comparison)
        {
            Compare(comparison);
        }

        return Page();
    }

    private void Compare(DeliveryComparison comparison)
    {
        Units =
        [
            .. comparison
                .Units.Where(unit => unit.Before != unit.After)
                .OrderByDescending(unit => unit.Before is null || unit.After is null)
                .ThenByDescending(unit => Math.Abs((unit.After?.Last365Days ?? 0) - (unit.Before?.Last365Days ?? 0))),
        ];
        UnitNames = comparison
            .Units.Select(unit => (unit.After ?? unit.Before)!.Unit)
            .ToDictionary(unit => unit.HsaId, unit => unit.Name);
        Procedures =
        [
            .. comparison
                .Procedures.Select(Changed)
                .Where(change => change.Units.Count > 0 || change.Weight > 0)
                .OrderByDescending(change => change.IsShifted)
                .ThenByDescending(change => change.Weight)
                .ThenBy(change => change.Code, StringComparer.Ordinal),
        ];
    }

    private Change Changed((ProcedureProfile? Before, ProcedureProfile? After) procedure)
    {
        var (before, after) = procedure;
        var code = (after ?? before)!.Code;
        return new Change(
            code,
            shell.Picture?.Catalogue.FindProcedure(code)?.PlainName ?? code,
            before,
            after,
            before is not null && after is not null && DeliveryComparison.IsShifted(before.Country, after.Country),
            [
                .. DeliveryComparison
                    .UnitsOf(before, after)
                    .Where(unit => unit.Before != unit.After)
                    .OrderByDescending(unit => Math.Abs((unit.After?.Count ?? 0) - (unit.Before?.Count ?? 0)))
                    .Take(MostUnits),
            ]
        );
    }
}
