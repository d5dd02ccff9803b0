using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Lagesbild.Catalogue;

/// <summary>
/// The contacts as the administrator's file (<c>Contacts:Path</c>) has them now: read at start, and again when it changes.
/// What cannot be used is said in the log; the rest, or what was there before, goes on.
/// </summary>
public sealed class Contacts : IDisposable
{
    public const string PathKey = "Contacts:Path";

    private const int LargestFile = 5_000_000;
    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    private readonly ProcedureCatalogue _catalogue;
    private readonly ILogger<Contacts> _logger;
    private readonly PhysicalFileProvider? _folder;
    private readonly IDisposable? _watch;
    private volatile ContactList _current = ContactList.Empty;

    /// <exception cref="OptionsValidationException">A file is named and cannot be read.</exception>
    public Contacts(
        IConfiguration configuration,
        IHostEnvironment environment,
        ProcedureCatalogue catalogue,
        ILogger<Contacts> logger
    )
    {
        _catalogue = catalogue;
        _logger = logger;
        if (configuration[PathKey] is not { } path)
        {
            return;
        }

        var file = new FileInfo(Path.Combine(environment.ContentRootPath, path));
        if (!file.Exists)
        {
            throw new OptionsValidationException("Contacts", typeof(Contacts), [$"{PathKey} names no file."]);
        }

        // Looking at it every few seconds works also where a folder is mounted from elsewhere, or the file is replaced.
        _folder = new PhysicalFileProvider(file.DirectoryName!)
        {
            UsePollingFileWatcher = true,
            UseActivePolling = true,
        };
        Read(file.FullName);
        _watch = ChangeToken.OnChange(() => _folder.Watch(file.Name), () => Read(file.FullName));
    }

    public ContactList Current => _current;

    public void Dispose()
    {
        _watch?.Dispose();
        _folder?.Dispose();
    }

    private void Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile)
            {
                _logger.LogWarning(
                    "{Key}: the file is larger than {Bytes} bytes and was not read",
                    PathKey,
                    LargestFile
                );
                return;
            }

            var (list, problems) = ContactList.Read(Text(File.ReadAllBytes(path)), _catalogue);
            foreach (var problem in problems)
            {
                _logger.LogWarning("{Key}: {Problem}", PathKey, problem);
            }

            _current = list;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning("{Key}: the file cannot be read now: {Reason}", PathKey, unreadable.Message);
        }
    }

    // Spreadsheets still write the older encoding.
    private static string Text(byte[] content)
    {
        try
        {
            return Utf8.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(content);
        }
    }
}
