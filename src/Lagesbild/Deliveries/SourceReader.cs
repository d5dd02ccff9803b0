using Lagesbild.Catalogue;

namespace Lagesbild.Deliveries;

/// <summary>
/// Reads one register's format. A new source is one more of these, registered in <see cref="SourceReaders"/>; nothing
/// else knows the formats apart.
/// </summary>
public interface ISourceReader
{
    Source Source { get; }

    /// <summary>File name after <c>SOURCE_yyyy-MM-dd[_n]</c>: <c>.zip</c>, <c>.jsonl.gz</c>.</summary>
    string Extension { get; }

    /// <summary>
    /// Goes through the content once, forwards, and hands what it finds to <paramref name="delivery"/>. Bad input is
    /// findings; an exception is a bug or a broken disk.
    /// </summary>
    /// <param name="content">Seekable, at its start.</param>
    void Read(Stream content, DeliveryBuilder delivery, CancellationToken cancellationToken);
}

/// <summary>What a check may know besides the file.</summary>
/// <param name="Today">In Europe/Stockholm.</param>
/// <param name="AllowSynthetic">Only in demo and test.</param>
/// <param name="Published">The source's published version, or null (a first delivery, an offline check).</param>
public sealed record ReadContext(
    ProcedureCatalogue Catalogue,
    DateOnly Today,
    bool AllowSynthetic,
    DeliveryVersion? Published = null
)
{
    /// <summary>Told now and then how far the reading has come; null where nobody watches.</summary>
    public IProgress<ReadingProgress>? Progress { get; init; }

    /// <summary>Of the content, in lower-case hexadecimal, where it has been worked out already.</summary>
    public string? Sha256 { get; init; }

    /// <summary>It was judged and accepted before, maybe by rules that have grown stricter since: it is only read.</summary>
    public bool WasAccepted { get; init; }
}

/// <summary>How far the reading of a delivery has come.</summary>
/// <param name="Rows">Data rows so far.</param>
/// <param name="Bytes">Bytes of them, inflated.</param>
public readonly record struct ReadingProgress(long Rows, long Bytes);

/// <summary>Result of reading a file. <paramref name="Contents"/> is null exactly when an error was found.</summary>
/// <param name="Source">That it was handed in for; by its name where no place tells, as in an offline check.</param>
/// <param name="Version">By its name.</param>
public sealed record DeliveryResult(
    string FileName,
    Source? Source,
    DeliveryVersion? Version,
    long SizeBytes,
    string Sha256,
    Findings Findings,
    DeliveryCounts? Counts,
    DeliveryContents? Contents
);
