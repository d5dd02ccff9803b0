using Lagesbild.Deliveries;

namespace Lagesbild.Ledger;

/// <summary>What became of a file that was handed in.</summary>
/// <param name="IsSeenBefore">The same content was accepted or held before: the receipt is that one's.</param>
public sealed record HandedIn(Receipt Receipt, bool IsSeenBefore);

/// <summary>
/// Settles one file, from reading it to showing the picture that it makes. Whoever keeps ledger and picture in step provides it
/// (they stand above those who ask for it).
/// </summary>
/// <param name="fileName">Its own name, no folder.</param>
/// <param name="content">Seekable, at its start.</param>
/// <param name="handedInBy">An HSA-id.</param>
public delegate Task<HandedIn> HandInFile(
    string fileName,
    Stream content,
    string source,
    string handedInBy,
    CancellationToken cancellationToken
);

/// <summary>Carries out an operator's order, and shows the picture that it makes; provided as <see cref="HandInFile"/> is.</summary>
public delegate Task<OrderOutcome> CarryOutOrder(OperatorOrder order, CancellationToken cancellationToken);
