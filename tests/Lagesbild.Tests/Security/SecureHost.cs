using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lagesbild.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Security;

/// <summary>A development PKI of the test run's own.</summary>
public sealed class PkiFixture : IDisposable
{
    public DevelopmentPki Pki { get; } =
        DevelopmentPki.Open(
            Path.Combine(AppContext.BaseDirectory, "pki", Guid.NewGuid().ToString("N")),
            TimeProvider.System
        );

    public X509Certificate2 this[string name] =>
        X509Certificate2.CreateFromPemFile(Pki.CertificateFile(name), Pki.KeyFile(name));

    public void Dispose() => Directory.Delete(Pki.Directory, recursive: true);
}

public sealed class PinnedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>Time passes when a test says so.</summary>
public sealed class SteppedClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timed> _timers = [];
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private TimeSpan _passed;

    public override DateTimeOffset GetUtcNow() => _start + _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    public void Pass(TimeSpan time)
    {
        Timed[] due;
        lock (_lock)
        {
            _passed += time;
            due = [.. _timers.Where(timer => timer.Due <= _passed)];
            _timers.RemoveAll(timer => timer.Due <= _passed);
        }

        foreach (var timer in due)
        {
            timer.Callback();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timed(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    // Once each: nobody here waits periodically.
    private sealed class Timed(SteppedClock clock, Action callback) : ITimer
    {
        public Action Callback => callback;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._passed + dueTime;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}

/// <summary>No time passes that anybody waits for.</summary>
public sealed class StandingClock : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Never();

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>Kestrel on real sockets with nothing in it but the security slice and a few endpoints.</summary>
internal sealed class SecureHost : IAsyncDisposable
{
    public const string Who = "/lagesbild/v1/who";

    /// <summary>Kept for readers; answers with the way it was reached.</summary>
    public const string Kept = "/lagesbild/v1/kept";

    private static readonly string[] AllRoles = [Roles.Reader, Roles.Register, Roles.Operator];

    private readonly WebApplication _app;
    private readonly DevelopmentPki _pki;

    private readonly string _audit;

    private SecureHost(WebApplication app, DevelopmentPki pki, string audit) =>
        (_app, _pki, _audit) = (app, pki, audit);

    public ConcurrentQueue<string> Log { get; private init; } = [];

    /// <summary>Of the one answer that has no end.</summary>
    public EndlessAnswer Endless { get; private init; } = new();

    public Uri Https => Addresses().Single(a => a.Scheme == "https");

    /// <summary>The demo door where there is one, then a listener that is nothing in particular.</summary>
    public IReadOnlyList<Uri> Http => [.. Addresses().Where(a => a.Scheme == "http")];

    public static async Task<SecureHost> StartAsync(
        DevelopmentPki pki,
        TimeProvider? clock = null,
        bool demoDoor = false,
        IPAddress? demoAddress = null,
        string environment = "Test",
        params (string Key, string? Value)[] settings
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = environment });
        var log = new ConcurrentQueue<string>();
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Listener(log));
        builder.Configuration.AddInMemoryCollection(pki.Configuration);
        var audit = Path.Combine(pki.Directory, "audit", Guid.NewGuid().ToString("N"));
        builder.Configuration.AddInMemoryCollection([
            new($"{SecurityOptions.Section}:Audit:Folder", audit),
            new($"{SecurityOptions.Section}:RevocationLists:Kept", audit + "-crl"),
        ]);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s =>
                KeyValuePair.Create(
                    s.Key.StartsWith(LimitOptions.Section + ":", StringComparison.Ordinal)
                        ? s.Key
                        : $"{SecurityOptions.Section}:{s.Key}",
                    s.Value
                )
            )
        );
        builder.Services.AddRouting();
        if (clock is not null)
            builder.Services.AddSingleton(clock);
        builder.AddSecurity(demoDoor);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.ApplyLimits();
                if (demoAddress is not null)
                    kestrel.ListenAsDemoDoor(new IPEndPoint(demoAddress, 0));
                kestrel.ListenWithCertificates(new IPEndPoint(IPAddress.Loopback, 0));
                kestrel.Listen(new IPEndPoint(IPAddress.Loopback, 0));
            });

        var app = builder.Build();
        var endless = new EndlessAnswer();
        FindKept kept = request =>
            request.Path != Kept ? null
            : request.Query.ContainsKey("large") ? new LargeKept(endless)
            : new KeptWay();
        app.UseShortWay(kept);
        app.UseTraces();
        app.UseSecurity(kept);
        app.MapGet(Kept, () => "made");
        app.MapGet(Who, (HttpContext context) => Results.Json(new Answer(context)));
        app.MapGet("/lagesbild/v1/operators", () => "ok").RequireAuthorization(Roles.Operator);
        app.MapGet("/lagesbild/v1/registers", () => "ok").RequireAuthorization(Roles.Register);
        app.MapGet("/lagesbild/v1/open", () => "ok").AllowAnonymous();
        app.MapPut("/lagesbild/v1/sources/{source}/deliveries/{fileName}", () => "ok")
            .RequireAuthorization(Roles.Register);
        app.MapGet("/lagesbild/v1/deliveries", () => "ok").RequireAuthorization(Roles.Receipts);
        app.MapGet("/sida", () => "ok");
        app.MapGet(
            "/lagesbild/v1/endless",
            context =>
            {
                context.RowsReturned(7);
                return endless.WriteAsync(context);
            }
        );
        app.MapPost(
                "/lagesbild/v1/body",
                async (HttpContext context) =>
                {
                    using var body = new MemoryStream();
                    await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                    return body.Length;
                }
            )
            .AllowAnonymous();
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return new SecureHost(app, pki, audit) { Log = log, Endless = endless };
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Without intermediates the certificate goes alone; from and to are the connections' ends, where that matters.</summary>
    public HttpClient Client(
        X509Certificate2? certificate = null,
        X509Certificate2Collection? intermediates = null,
        SslProtocols protocol = SslProtocols.None,
        bool keepConnections = true,
        IPAddress? from = null,
        EndPoint? to = null,
        string targetHost = "localhost"
    )
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = ClientTls(certificate, intermediates, protocol, targetHost),
            PooledConnectionLifetime = keepConnections ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        };
        if (from is not null || to is not null)
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var end = to ?? new IPEndPoint(IPAddress.Loopback, Https.Port);
                var isLocal = end is UnixDomainSocketEndPoint;
                var socket = isLocal
                    ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                    : new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    if (from is not null)
                        socket.Bind(new IPEndPoint(from, 0));
                    await socket.ConnectAsync(end, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{Https.Port}") };
    }

    /// <summary>
    /// A TLS connection on which HTTP is spoken by hand; from is the address that it comes from, and receiveBuffer what the
    /// system takes in unread, where that matters.
    /// </summary>
    public async Task<SslStream> ConnectAsync(
        X509Certificate2? certificate = null,
        string targetHost = "localhost",
        IPAddress? from = null,
        int receiveBuffer = 0,
        SslApplicationProtocol? protocol = null
    )
    {
        var client = new TcpClient(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        try
        {
            if (receiveBuffer > 0)
                client.ReceiveBufferSize = receiveBuffer;
            await client.ConnectAsync(IPAddress.Loopback, Https.Port, TestContext.Current.CancellationToken);
            var stream = new SslStream(client.GetStream());
            var tls = ClientTls(certificate, targetHost: targetHost);
            if (protocol is { } only)
                tls.ApplicationProtocols = [only];
            await stream.AuthenticateAsClientAsync(tls, TestContext.Current.CancellationToken);
            return stream;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Until the server closes; that it may do without ceremony.</summary>
    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // Only for a server that never answers.
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        using var read = new MemoryStream();
        try
        {
            await stream.CopyToAsync(read, limit.Token);
        }
        catch (IOException)
        {
            // Reset, because it had not read all that was sent.
        }
        return Encoding.UTF8.GetString(read.ToArray());
    }

    public SslClientAuthenticationOptions ClientTls(
        X509Certificate2? certificate = null,
        X509Certificate2Collection? intermediates = null,
        SslProtocols protocol = SslProtocols.None,
        string targetHost = "localhost"
    )
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(_pki.CertificateFile("ca/root")));
        return new()
        {
            TargetHost = targetHost,
            EnabledSslProtocols = protocol,
            CertificateChainPolicy = policy,
            // Tests also ask by other names than the server certificate's.
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
                errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNameMismatch,
            ClientCertificateContext = certificate is null
                ? null
                : SslStreamCertificateContext.Create(certificate, intermediates, offline: true),
        };
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>As the service stops: what has been begun is finished first, the audit log's lines with it.</summary>
    public async Task StopAsync()
    {
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
    }

    /// <summary>Stops the host, so that every line has been written.</summary>
    public async Task<string[]> AuditAsync()
    {
        await StopAsync();
        return [.. Directory.EnumerateFiles(_audit).Order().SelectMany(File.ReadAllLines)];
    }

    private IEnumerable<Uri> Addresses() =>
        Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a));

    private sealed class KeptWay() : KeptAnswer(rows: null)
    {
        public override Task WriteAsync(HttpContext context) =>
            context.Response.WriteAsync(context.Features.Get<AuditTrail>() is null ? "short" : "long");
    }

    private sealed class LargeKept(EndlessAnswer endless) : KeptAnswer(rows: 7)
    {
        public override Task WriteAsync(HttpContext context) => endless.SendAsync(context);
    }

    /// <summary>More than anybody takes who does not read: as it is made, or as one kept body.</summary>
    public sealed class EndlessAnswer
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _written;

        /// <summary>When it has been broken off.</summary>
        public Task End => _end.Task;

        /// <summary>When its connection has been closed.</summary>
        public Task Closed => _closed.Task;

        /// <summary>How many pieces have been handed over.</summary>
        public int Written => Volatile.Read(ref _written);

        public async Task WriteAsync(HttpContext context)
        {
            context.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed.Register(() => _closed.TrySetResult());
            var body = new Receiver(context);
            var piece = new byte[10_000];
            try
            {
                for (; ; Interlocked.Increment(ref _written))
                    await body.WriteAsync(piece, context.RequestAborted);
            }
            finally
            {
                _end.TrySetResult();
            }
        }

        public async Task SendAsync(HttpContext context)
        {
            var body = new byte[20 << 20];
            context.Response.ContentLength = body.Length;
            try
            {
                await Receiver.SendAsync(context, body);
            }
            finally
            {
                _end.TrySetResult();
            }
        }
    }

    /// <summary>What an endpoint can know of its caller.</summary>
    public sealed record Answer(
        string? Kind,
        string? HsaId,
        string? Organisation,
        string? Name,
        int? LevelOfAssurance,
        string? Thumbprint,
        string? Issuer,
        string[] Roles,
        string ConnectionId
    )
    {
        internal Answer(HttpContext context)
            : this(
                context.User.Caller()?.Kind.ToString(),
                context.User.Caller()?.HsaId,
                context.User.Caller()?.Organisation,
                context.User.Caller()?.Name,
                context.User.Caller()?.LevelOfAssurance,
                context.User.Caller()?.Thumbprint,
                context.User.Caller()?.Issuer,
                [.. AllRoles.Where(context.User.IsInRole)],
                context.Connection.Id
            ) { }
    }

    /// <summary>Everything that anybody logs, at every level.</summary>
    private sealed class Listener(ConcurrentQueue<string> log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Category(log, categoryName);

        public void Dispose() { }

        private sealed class Category(ConcurrentQueue<string> log, string name) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                log.Enqueue($"{name} scope {state}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter
            ) => log.Enqueue($"{logLevel} {name} {formatter(state, exception)} {exception}");
        }
    }
}
