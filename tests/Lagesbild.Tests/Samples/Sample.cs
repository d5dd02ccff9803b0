namespace Lagesbild.Tests.Samples;

/// <summary>A file under <c>ingest-samples</c>, made by <see cref="SampleFiles"/>.</summary>
/// <param name="Outcome">Folder: <c>refused</c>, <c>held</c> or <c>warned</c> (taken in, with something said about it).</param>
/// <param name="Code">The finding that it is there for; the folder below.</param>
/// <param name="FileName">Its name.</param>
/// <param name="Content">Its bytes, the same every time.</param>
public sealed record Sample(string Outcome, string Code, string FileName, byte[] Content)
{
    /// <summary>Handed in first and taken in: what the sample is held against. In <c>before/</c>, without a receipt.</summary>
    public (string FileName, byte[] Content)? Before { get; init; }

    /// <summary>True where the service finds something that a check without it cannot: the receipt is the service's.</summary>
    public bool NeedsService { get; init; }

    /// <summary>True where the service that it is handed to is one of production, which takes no invented data.</summary>
    public bool InProduction { get; init; }

    /// <summary>Where it lies, from <c>ingest-samples</c>.</summary>
    public string Path => $"{Outcome}/{Code}/{FileName}";

    public override string ToString() => Path;
}
