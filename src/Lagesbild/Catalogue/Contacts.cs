using System.Text;
using Microsoft.Extensions.Options;

namespace Lagesbild.Catalogue;

/// <summary>
/// The contacts as the administrator's file (<c>Contacts:Path</c>) has them now: read at start, and again when it changes.
/// What cannot be used is said in the log; the rest, or what was there before, goes on.
/// </summary>
public sealed class Contacts : IDisposable
{
    public const string PathKey = "Contacts:Path";

    private const int LargestFile = 5_000_000;

    // Looked at, not waited for: that works also where a folder is mounted from elsewhere, or the file is replaced.
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(4);

    // A file system's clock ticks slowly: what was written in the same tick as what has been read bears the same time.
    private static readonly TimeSpan Unsure = TimeSpan.FromSeconds(10);

    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    private readonly ProcedureCatalogue _catalogue;
    private readonly ILogger<Contacts> _logger;
    private readonly TimeProvider _clock;
    private readonly Lock _looking = new();
    private readonly ITimer? _timer;
    private Stamp _stamp;
    private bool _isAway;
    private byte[] _content = [];
    private volatile ContactList _current = ContactList.Empty;

    private readonly record struct Stamp(DateTime WrittenAt, long Length);

    /// <exception cref="OptionsValidationException">A file is named and cannot be read.</exception>
    public Contacts(
        IConfiguration configuration,
        IHostEnvironment environment,
        ProcedureCatalogue catalogue,
        TimeProvider clock,
        ILogger<Contacts> logger
    )
    {
        _catalogue = catalogue;
        _clock = clock;
        _logger = logger;
        if (configuration[PathKey] is not { } path)
        {
            return;
        }

        var file = Path.Combine(environment.ContentRootPath, path);
        if (!File.Exists(file))
        {
            throw new OptionsValidationException("Contacts", typeof(Contacts), [$"{PathKey} names no file."]);
        }

        Look(file);
        _timer = clock.CreateTimer(_ => Look(file), null, Every, Every);
    }

    public ContactList Current => _current;

    public void Dispose() => _timer?.Dispose();

    private void Look(string path)
    {
        lock (_looking)
        {
            try
            {
                var file = new FileInfo(path);
                var stamp = new Stamp(file.LastWriteTimeUtc, file.Length);
                if (stamp != _stamp || _clock.GetUtcNow() - stamp.WrittenAt < Unsure)
                {
                    Read(path, stamp);
                }

                _isAway = false;
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                if (!_isAway)
                {
                    _logger.LogWarning("{Key}: the file cannot be read now: {Reason}", PathKey, unreadable.Message);
                }

                _isAway = true;
                _stamp = default;
            }
        }
    }

    private void Read(string path, Stamp stamp)
    {
        if (stamp.Length > LargestFile)
        {
            if (stamp != _stamp)
            {
                _logger.LogWarning(
                    "{Key}: the file is larger than {Bytes} bytes and was not read",
                    PathKey,
                    LargestFile
                );
            }

            _stamp = stamp;
            return;
        }

        var content = File.ReadAllBytes(path);
        _stamp = stamp;
        if (content.AsSpan().SequenceEqual(_content))
        {
            return;
        }

        _content = content;
        var (list, problems) = ContactList.Read(Text(content), _catalogue);
        foreach (var problem in problems)
        {
            _logger.LogWarning("{Key}: {Problem}", PathKey, problem);
        }

        _current = list;
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
