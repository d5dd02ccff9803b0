namespace Lagesbild.Deliveries;

/// <summary>The registers that may deliver: the one place where a new source is added.</summary>
public sealed class SourceReaders(IReadOnlyList<ISourceReader> readers)
{
    /// <summary>SPOR and NCR.</summary>
    public static SourceReaders Standard { get; } = new([]);

    public IReadOnlyList<ISourceReader> All { get; } = readers;

    /// <summary>The reader of a source's code (as in a file name's prefix or an inbox folder); null where there is none.</summary>
    public ISourceReader? Find(string sourceCode) => All.FirstOrDefault(r => r.Source.Code == sourceCode);

    /// <summary>
    /// Reads and checks one file. Never throws for bad input: that is findings.
    /// </summary>
    /// <param name="fileName">Its own name, no folder.</param>
    /// <param name="content">Seekable, at its start.</param>
    /// <param name="expectedSource">The inbox folder's or route's source code; null where any is welcome.</param>
    public DeliveryResult Read(
        string fileName,
        Stream content,
        ReadContext context,
        string? expectedSource,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();
}
