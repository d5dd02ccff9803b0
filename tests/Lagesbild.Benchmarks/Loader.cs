using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Lagesbild.Benchmarks;

/// <param name="P50">Milliseconds.</param>
internal sealed record Load(double PerSecond, double P50, double P99, long Requests);

/// <summary>
/// Keeps some connections busy over TLS with a client certificate. No HTTP client: it would cost more than what it
/// measures. Every answer on a connection must have the first one's status, 200 or 304, and be as long.
/// </summary>
internal static class Loader
{
    public const int Connections = 16;

    /// <summary>Short, so that what else the machine does falls on both of a pair alike.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(0.3);

    /// <summary>Bytes of <c>HTTP/1.1 200</c>.</summary>
    private const int StatusLine = 12;

    public static X509Certificate2 Navigator(string pki)
    {
        using var pem = X509Certificate2.CreateFromPemFile(
            Path.Combine(pki, "navigator.pem"),
            Path.Combine(pki, "navigator.key")
        );
        // Through PKCS #12, or some platforms cannot use the key for TLS.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>The development root and nothing else.</summary>
    public static X509ChainPolicy Trust(string pki) =>
        new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "ca", "root.pem")) },
            RevocationMode = X509RevocationMode.NoCheck,
        };

    /// <summary>The child: a turn against one of the addresses for each line that names it, 0 or 1, on standard input.</summary>
    /// <param name="how"><c>kept</c>: connections stay open, from turn to turn; <c>new</c> or <c>resumed</c>: one for each request.</param>
    /// <param name="headers">Name: value.</param>
    public static async Task<int> RunAsync(string how, string pki, Uri[] addresses, string[] headers)
    {
        using var certificate = Navigator(pki);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(Path.Combine(pki, "navigator.pem"));
        var context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        var visitors = addresses
            .Select(address =>
                Enumerable
                    .Range(0, Connections)
                    .Select(_ => new Visitor(address, context, Trust(pki), how, headers))
                    .ToArray()
            )
            .ToArray();
        while (await Console.In.ReadLineAsync() is { } which)
        {
            var clock = Stopwatch.StartNew();
            var all = await Task.WhenAll(
                visitors[int.Parse(which, CultureInfo.InvariantCulture)].Select(visitor => visitor.AskAsync(clock))
            );
            var took = clock.Elapsed.TotalSeconds;
            var times = all.SelectMany(t => t).Order().ToArray();
            double At(double share) => times[(int)(share * (times.Length - 1))];
            Console.WriteLine(JsonSerializer.Serialize(new Load(times.Length / took, At(0.5), At(0.99), times.Length)));
        }

        return 0;
    }

    /// <summary>A TLS connection with the certificate; disposing it closes the socket too.</summary>
    public static async Task<SslStream> ConnectAsync(
        Uri address,
        SslStreamCertificateContext certificate,
        X509ChainPolicy trust,
        bool resumes = true
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", address.Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificateContext = certificate,
                CertificateChainPolicy = trust,
                AllowTlsResume = resumes,
            }
        );
        return tls;
    }

    /// <summary>Asks one thing again and again, on one connection at a time.</summary>
    private sealed class Visitor(
        Uri address,
        SslStreamCertificateContext certificate,
        X509ChainPolicy trust,
        string how,
        string[] headers
    )
    {
        private readonly byte[] _request = Encoding.ASCII.GetBytes(
            string.Join(
                "\r\n",
                [$"GET {address.PathAndQuery} HTTP/1.1", $"Host: localhost:{address.Port}", .. headers, "", ""]
            )
        );

        private readonly byte[] _buffer = new byte[1 << 20];
        private SslStream? _kept;
        private byte[] _status = [];
        private int _length;

        /// <summary>Milliseconds of each request.</summary>
        public async Task<List<double>> AskAsync(Stopwatch clock)
        {
            var times = new List<double>(20_000);
            if (how == "kept" && _kept is null)
            {
                _kept = await ConnectAsync(address, certificate, trust);
                _length = await FirstAsync(_kept, _request, _buffer);
                _status = _buffer[..StatusLine];
            }

            while (clock.Elapsed < Turn)
            {
                var began = Stopwatch.GetTimestamp();
                if (_kept is not null)
                {
                    await AskAgainAsync(_kept);
                }
                else
                {
                    await using var tls = await ConnectAsync(address, certificate, trust, resumes: how == "resumed");
                    await FirstAsync(tls, _request, _buffer);
                }

                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return times;
        }

        private async Task AskAgainAsync(SslStream tls)
        {
            await tls.WriteAsync(_request);
            await tls.ReadExactlyAsync(_buffer.AsMemory(0, _length));
            if (!_buffer.AsSpan().StartsWith(_status))
            {
                throw new InvalidOperationException(Encoding.ASCII.GetString(_buffer, 0, 200));
            }
        }
    }

    // Length of a whole answer, by its header or by the end of its last chunk.
    private static async Task<int> FirstAsync(SslStream tls, byte[] request, byte[] buffer)
    {
        await tls.WriteAsync(request);
        var read = 0;
        while (true)
        {
            var now = await tls.ReadAsync(buffer.AsMemory(read));
            if (now == 0)
            {
                throw new InvalidOperationException("The connection was closed.");
            }

            read += now;
            var head = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
            if (head < 0)
            {
                continue;
            }

            var headers = Encoding.ASCII.GetString(buffer, 0, head);
            var isNotModified = headers.StartsWith("HTTP/1.1 304", StringComparison.Ordinal);
            if (!isNotModified && !headers.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(headers);
            }

            var lengthAt = headers.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
            var isWhole =
                isNotModified
                || (
                    lengthAt >= 0
                        ? read
                            >= head
                                + 4
                                + int.Parse(
                                    headers[(lengthAt + 16)..].Split('\r')[0],
                                    NumberStyles.None,
                                    CultureInfo.InvariantCulture
                                )
                        : buffer.AsSpan(0, read).EndsWith("0\r\n\r\n"u8)
                );
            if (isWhole)
            {
                return read;
            }
        }
    }
}
