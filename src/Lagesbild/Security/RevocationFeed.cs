using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Lagesbild.Security;

/// <summary>
/// Where revocation lists come from: the folder where they are kept over a restart, the folder where they are put by hand
/// (air-gapped sites), and the configured addresses. No address is ever taken from a certificate.
/// </summary>
internal sealed partial class RevocationFeed : IDisposable
{
    /// <summary>A list with a million certificates has some 40 MB.</summary>
    public const int LargestList = 64 << 20;

    /// <summary>After a failure, before the next attempt.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly RevocationLists _lists;
    private readonly RevocationListOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _kept;
    private readonly string? _folder;
    private readonly Meter _meter = new(NoAccess.MeterName);
    private readonly HttpClient _client;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _due = new();
    private readonly Dictionary<string, Task> _fetching = [];
    private bool _hasPassed;

    public RevocationFeed(
        RevocationLists lists,
        SecurityOptions options,
        IHostEnvironment environment,
        TimeProvider clock,
        ILogger<RevocationFeed> logger
    )
    {
        (_lists, _options, _clock, _logger) = (lists, options.RevocationLists, clock, logger);
        _kept = Path.Combine(environment.ContentRootPath, _options.Kept);
        _folder = _options.Folder is { } folder ? Path.Combine(environment.ContentRootPath, folder) : null;
        _client = new HttpClient(
            // What an address leads on to has not been configured.
            new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) }
        )
        {
            Timeout = TimeSpan.FromMinutes(2),
            MaxResponseContentBufferSize = LargestList,
        };
        if (lists.AreAsked)
            _meter.CreateObservableGauge(
                "lagesbild.revocation_list.left",
                lists.SecondsLeft,
                "s",
                "Until the revocation list of a CA runs out"
            );
    }

    public void Dispose()
    {
        _client.Dispose();
        _meter.Dispose();
    }

    /// <summary>What lies on this machine, before the service listens.</summary>
    public void Import()
    {
        if (!_lists.AreAsked)
            return;
        foreach (var file in FilesIn(_kept))
            Read(file);
        ImportFolder(_clock.GetUtcNow());
    }

    /// <summary>
    /// Imports, reports what is growing old, and begins to fetch what it is time to fetch: one pass at a time. All but the
    /// fetching is done when it returns.
    /// </summary>
    /// <returns>Done when every address that is being asked has answered, or has had its time; nothing need wait for it.</returns>
    public Task PassAsync(CancellationToken cancellationToken)
    {
        if (!_lists.AreAsked)
            return Task.CompletedTask;
        var now = _clock.GetUtcNow();
        ImportFolder(now);
        // Not what the first pass is about to fetch.
        if (_hasPassed || _options.Addresses.Count == 0)
            _lists.ReportAge();
        _hasPassed = true;
        // Each on its own: one that is slow keeps none of the others waiting, and no later pass.
        foreach (var address in _options.Addresses)
            if (IsDue(address, now) && _fetching.GetValueOrDefault(address) is null or { IsCompleted: true })
                _fetching[address] = FetchInItsTurnAsync(address, now);
        return Task.WhenAll(_fetching.Values);

        async Task FetchInItsTurnAsync(string address, DateTimeOffset began) =>
            _due[address] = began + Next(await FetchAsync(address, cancellationToken));
    }

    private void ImportFolder(DateTimeOffset now)
    {
        if (_folder is null)
            return;
        foreach (var file in FilesIn(_folder))
        {
            // The same file again after a while, because one that is refused today may begin to hold tomorrow.
            var state = $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}";
            if (!IsDue(state, now))
                continue;
            Read(file);
            _due[state] = now + _options.Every;
        }
    }

    private bool IsDue(string origin, DateTimeOffset now) => !_due.TryGetValue(origin, out var due) || now >= due;

    private TimeSpan Next(bool succeeded) => succeeded || _options.Every < Patience ? _options.Every : Patience;

    private void Read(FileInfo file)
    {
        try
        {
            if (file.Length <= LargestList)
                _lists.Offer(File.ReadAllBytes(file.FullName), file.FullName);
            else
                LogFailed(file.FullName, "it is too large");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(file.FullName, e.Message);
        }
    }

    private async Task<bool> FetchAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            return _lists.Offer(await _client.GetByteArrayAsync(address, cancellationToken), address);
        }
        catch (HttpRequestException e)
        {
            LogFailed(address, e.Message);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(address, "it takes too long");
        }
        return false;
    }

    private List<FileInfo> FilesIn(string folder)
    {
        try
        {
            return
            [
                .. new DirectoryInfo(folder)
                    .EnumerateFiles()
                    .Where(file => file.Extension.ToLowerInvariant() is ".crl" or ".pem" or ".der"),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(folder, e.Message);
            return [];
        }
    }

    [LoggerMessage(LogLevel.Warning, "No revocation list from {Origin}: {Why}")]
    private partial void LogFailed(string origin, string why);
}
