using System.Globalization;
using Lagesbild.Deliveries;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Lagesbild.Ledger;

/// <summary>Section <c>Retention</c>: whether, when and by which decision the content of deliveries is erased (gallring).</summary>
/// <param name="Days">Since it was superseded; null: nothing is erased.</param>
/// <param name="Decision">Reference of the decision; null without one.</param>
public sealed record RetentionOptions(int? Days, string? Decision)
{
    public const string Section = "Retention";

    private const int LongestDecision = 200;

    /// <exception cref="OptionsValidationException">A value cannot be used; the message names the key.</exception>
    public static RetentionOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var (days, decision) = (section["Days"], section["Decision"]?.Trim());
        var problems = new List<string>();
        if (section.GetChildren().FirstOrDefault(key => key.Key is not ("Days" or "Decision")) is { } unknown)
        {
            problems.Add($"{unknown.Path} is not known; there is Days, Decision.");
        }

        int? whole = null;
        if (!string.IsNullOrWhiteSpace(days))
        {
            // Not 0: a picture that was overtaken a moment ago must be there to be restored.
            whole = int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            if (whole is < 1 or > 36_500)
            {
                problems.Add($"{Section}:Days must be a whole number of days, 1 to 36500.");
            }
        }

        decision = string.IsNullOrEmpty(decision) ? null : decision;
        if (whole is not null && decision is null)
        {
            problems.Add(
                $"{Section}:Decision is not set: erasing what was handed in takes a decision, and {Section}:Days is set."
            );
        }

        if (whole is null && decision is not null)
        {
            problems.Add($"{Section}:Days is not set, but {Section}:Decision is.");
        }

        if (decision?.Length > LongestDecision || decision?.Any(char.IsControl) is true)
        {
            problems.Add($"{Section}:Decision must be one line of at most {LongestDecision} characters.");
        }

        // It is shown to everybody, and stands with each delivery that it erased.
        if (decision is not null && PersonalIdentityNumber.IsIn(decision))
        {
            problems.Add($"{Section}:Decision holds what looks like a personal identity number.");
        }

        return problems.Count == 0
            ? new RetentionOptions(whole, decision)
            : throw new OptionsValidationException(Section, typeof(RetentionOptions), problems);
    }
}

/// <summary>
/// Erases the content of deliveries that were superseded long enough ago. The row in the ledger stays and says when and by
/// which decision. Nothing that the published picture stands on is superseded, and a picture that was shown within the time
/// stands on nothing that was superseded before it: so what can be restored is kept.
/// </summary>
public sealed class Retention(RetentionOptions options, IDbContextFactory<LedgerContext> contexts, TimeProvider clock)
{
    /// <returns>What was erased, the oldest first.</returns>
    public async Task<IReadOnlyList<Delivery>> EraseAsync(CancellationToken cancellationToken)
    {
        if (options is not { Days: { } days, Decision: { } decision })
        {
            return [];
        }

        var now = DeliveryLedger.Now(clock);
        var before = now.AddDays(-days);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.Database.BeginTransactionAsync(cancellationToken);
        // Nobody restores meanwhile what is being erased.
        await DeliveryLedger.LockAsync(context, cancellationToken);
        var due = await context
            .Deliveries.AsNoTracking()
            .Where(d => d.State == DeliveryState.Superseded && d.ErasedAt == null && d.SupersededAt < before)
            .OrderBy(d => d.SupersededAt)
            .ThenBy(d => d.Id)
            .ToListAsync(cancellationToken);
        foreach (var delivery in due)
        {
            await context.Database.ExecuteSqlAsync(
                $"""
                WITH erased AS (DELETE FROM delivery_content WHERE delivery_id = {delivery.Id})
                UPDATE deliveries SET erased_at = {now}, erased_by = {decision} WHERE id = {delivery.Id}
                """,
                cancellationToken
            );
        }

        await context.Database.CommitTransactionAsync(cancellationToken);
        return due;
    }
}
