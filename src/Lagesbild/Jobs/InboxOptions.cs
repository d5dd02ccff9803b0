namespace Lagesbild.Jobs;

/// <summary>Section <c>Inbox</c>: where the registers' files arrive.</summary>
public sealed record InboxOptions
{
    public const string Section = "Inbox";

    /// <summary>Holds one folder for each source. Null: this node takes no files in.</summary>
    public string? Path { get; init; }

    /// <summary>How often it is looked into.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a file must have been still before it is taken.</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromSeconds(10);

    internal IEnumerable<string> Problems()
    {
        if (Path is not null && string.IsNullOrWhiteSpace(Path))
        {
            yield return $"{Section}:Path names no folder.";
        }

        if (Every < TimeSpan.FromMilliseconds(100))
        {
            yield return $"{Section}:Every must be at least 0.1 s (00:00:00.1).";
        }

        if (QuietTime < TimeSpan.Zero)
        {
            yield return $"{Section}:QuietTime cannot be negative.";
        }
    }
}
