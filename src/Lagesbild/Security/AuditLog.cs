using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;

namespace Lagesbild.Security;

/// <summary>
/// The audit log: a file a day (UTC) in its folder, or standard output. Written behind the requests, in their order; what the
/// folder does not take goes to standard output, so that a full disk silences nothing.
/// </summary>
internal sealed partial class AuditLog : IAsyncDisposable
{
    /// <summary>How long a line may wait for others, so that a busy service writes seldom and much.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>Between the lines about requests beyond an allowance.</summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);

    /// <summary>Lines that may wait. Where more come than can be written, requests wait instead: none is lost.</summary>
    internal const int Capacity = 8_192;

    private readonly Channel<AuditEntry> _entries = Channel.CreateBounded<AuditEntry>(
        new BoundedChannelOptions(Capacity) { SingleReader = true }
    );
    private readonly ConcurrentDictionary<object, Task> _spacings = [];
    private readonly TimeProvider _clock;
    private readonly string? _folder;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _writing;
    private FileStream? _file;
    private DateOnly _day;
    private bool _failing;

    public AuditLog(SecurityOptions options, IHostEnvironment environment, TimeProvider clock, ILogger<AuditLog> logger)
    {
        (_clock, _logger) = (clock, logger);
        _folder = options.Audit.Folder is { } folder ? Path.Combine(environment.ContentRootPath, folder) : null;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Waits only where very many lines wait already.</summary>
    public ValueTask WriteAsync(in AuditEntry entry) =>
        _entries.Writer.TryWrite(entry) ? default : WriteWhenThereIsRoomAsync(entry);

    /// <summary>One line a second at most; what is not written for itself is counted in the next.</summary>
    public ValueTask WriteAsync(in AuditEntry entry, Withheld withheld)
    {
        if (!withheld.Passes(entry))
            return default;
        var run = new object();
        _spacings[run] = SpaceAsync(withheld, run);
        return WriteAsync(entry);
    }

    private async ValueTask WriteWhenThereIsRoomAsync(AuditEntry entry)
    {
        while (await _entries.Writer.WaitToWriteAsync())
            if (_entries.Writer.TryWrite(entry))
                return;
    }

    private async Task SpaceAsync(Withheld withheld, object run)
    {
        while (true)
        {
            await Task.Delay(Spacing, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (withheld.Next() is not { } next)
                break;
            await WriteAsync(next);
        }
        _spacings.TryRemove(run, out _);
    }

    /// <summary>What has been written is in the file when this is done.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_spacings.Values);
        _entries.Writer.TryComplete();
        await _writing;
        _stopping.Dispose();
    }

    private async Task WriteAllAsync()
    {
        var lines = new AuditLines();
        while (await _entries.Reader.WaitToReadAsync())
        {
            await Task.Delay(Gathering, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var day = _day;
            while (_entries.Reader.TryRead(out var entry))
            {
                if (DateOnly.FromDateTime(entry.Time.UtcDateTime) is var its && its != day)
                {
                    Flush(day, lines);
                    day = its;
                }
                lines.Add(entry);
                if (lines.Length > 1 << 16)
                    Flush(day, lines);
            }
            Flush(day, lines);
        }
        _file?.Dispose();
    }

    private void Flush(DateOnly day, AuditLines lines)
    {
        if (lines.Length == 0)
            return;
        if (_folder is null || !TryAppend(day, lines.Written))
        {
            using var output = Console.OpenStandardOutput();
            output.Write(lines.Written);
        }
        lines.Clear();
    }

    private bool TryAppend(DateOnly day, ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_file is null || day != _day)
            {
                _file?.Dispose();
                _file = Open(day);
                _day = day;
            }
            _file.Write(lines);
            _file.Flush();
            _failing = false;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opened anew for the next ones: the folder may have been mended.
            _file?.Dispose();
            _file = null;
            if (!_failing)
                LogFailing(e.Message);
            _failing = true;
            return false;
        }
    }

    private FileStream Open(DateOnly day)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        var name = string.Create(CultureInfo.InvariantCulture, $"audit-{day:yyyy-MM-dd}.jsonl");
        var file = new FileStream(Path.Combine(_folder!, name), options);
        // A line that was cut short by a crash must not swallow the next one.
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
                file.Write("\n"u8);
        }
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    [LoggerMessage(LogLevel.Error, "The audit log cannot be written to its folder, and goes to standard output: {Why}")]
    private partial void LogFailing(string why);
}
