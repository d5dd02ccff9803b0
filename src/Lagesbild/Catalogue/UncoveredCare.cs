namespace Lagesbild.Catalogue;

/// <summary>Care that people ask for and that no source covers: answered in so many words, not with a neighbour.</summary>
/// <param name="Name">As a sentence's subject, Swedish.</param>
/// <param name="Codes">KVÅ codes of it at three characters, where it has any.</param>
/// <param name="Reason">Why it is not there, one Swedish sentence.</param>
public sealed record UncoveredCare(
    string Name,
    IReadOnlyList<string> Synonyms,
    IReadOnlyList<string> Codes,
    string Reason
);
