using System.Formats.Tar;
using Lagesbild.Deliveries;

namespace Lagesbild.Jobs;

/// <summary>
/// What lies in the inbox: the files that their senders have finished, and what will never be taken, which is said once.
/// </summary>
public sealed class InboxFolder(InboxOptions options, SourceReaders readers, ILogger<InboxFolder> logger)
{
    private readonly HashSet<string> _strays = [];

    /// <summary>Every source's finished files, changing still or not.</summary>
    public List<(string Source, FileInfo File)> Look()
    {
        var strays = new Dictionary<string, string>();
        var found = new List<(string Source, FileInfo File)>();
        string[] sources = [.. readers.All.Select(r => r.Source.Code)];
        foreach (var source in sources)
        {
            var folder = Directory.CreateDirectory(Path.Combine(options.Path!, source));
            foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => !IsTemporary(e.Name)))
            {
                if (entry is FileInfo file && IsRegular(file))
                {
                    found.Add((source, file));
                }
                else if (entry is not DirectoryInfo || !InboxCopies.Outcomes.Contains(entry.Name))
                {
                    strays.Add(entry.FullName, source);
                }
            }
        }

        foreach (var entry in new DirectoryInfo(options.Path!).EnumerateFileSystemInfos())
        {
            if (!IsTemporary(entry.Name) && !(entry is DirectoryInfo && sources.Contains(entry.Name)))
            {
                strays.Add(entry.FullName, "no source");
            }
        }

        Tell(strays);
        return found;
    }

    // Senders write under a temporary name and rename.
    private static bool IsTemporary(string name) =>
        name.StartsWith('.')
        || name.EndsWith(".part", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Neither a link, which could point anywhere, nor a pipe, whose opening would wait for ever; nor a name that is no
    /// UTF-8, under which nothing can be opened.
    /// </summary>
    private static bool IsRegular(FileInfo file)
    {
        if (!file.Exists || file.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            return false;
        }

        if (file.Length > 0)
        {
            return true;
        }

        // Empty, or no file at all. The framework tells the two apart nowhere but in the headers of tar archives.
        using var archive = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true))
            {
                writer.WriteEntry(file.FullName, "entry");
            }

            archive.Position = 0;
            using var reader = new TarReader(archive);
            return reader.GetNextEntry()?.EntryType is TarEntryType.RegularFile;
        }
        catch (UnauthorizedAccessException)
        {
            // A file, for nothing else is opened; whoever takes it says what is wrong.
            return true;
        }
        catch (IOException)
        {
            // A socket, which no archive can hold.
            return false;
        }
    }

    private void Tell(Dictionary<string, string> strays)
    {
        _strays.IntersectWith(strays.Keys);
        foreach (var (path, source) in strays.Where(stray => _strays.Add(stray.Key)))
        {
            var name = Path.GetFileName(path);
            logger.LogWarning(
                "{Entry} in the inbox of {Source} is left lying: {Why}",
                FileNames.Shown(name),
                source,
                name.Contains('\uFFFD') ? "its name is not UTF-8" : "only ordinary files in a source's folder are taken"
            );
        }
    }
}
