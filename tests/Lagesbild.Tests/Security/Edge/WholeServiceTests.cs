using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Lagesbild.Catalogue;
using Lagesbild.Commands;
using Lagesbild.Picture;
using Lagesbild.Tests.Api;
using Lagesbild.Tests.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>The service as it is put together: pages, API, files, refusals and faults, over TLS.</summary>
public sealed class WholeServiceTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string Name = "lagesbild.example";
    private const string Api = "/lagesbild/v1";
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_it_answers_carries_the_security_headers_and_the_API_returns_the_trace()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        using var folder = new TestFolder();
        try
        {
            await using var app = Build(database, folder.FullName);
            await app.StartAsync(Cancelled);
            app.Services.GetRequiredService<CurrentPicture>()
                .Swap(HandMadePicture.Build(app.Services.GetRequiredService<ProcedureCatalogue>()));
            var https = new Uri(
                app.Services.GetRequiredService<IServer>()
                    .Features.Get<IServerAddressesFeature>()!
                    .Addresses.Single(address => address.StartsWith("https:", StringComparison.Ordinal))
            );
            using var navigator = Client(https, "navigator");
            using var nobody = Client(https, null);
            using var operators = Client(https, "operator");
            var etag = await CheckAsync(navigator, HttpMethod.Get, $"{Api}/waiting-times?procedure=NGB", 200);
            foreach (
                var (client, method, path, status) in ((HttpClient, HttpMethod, string, int)[])
                    [
                        (navigator, HttpMethod.Get, "/", 200),
                        (navigator, HttpMethod.Head, "/om", 200),
                        (navigator, HttpMethod.Get, "/atgard/NGB", 200),
                        (navigator, HttpMethod.Get, "/finns/inte", 404),
                        (navigator, HttpMethod.Get, "/css/lagesbild.css", 200),
                        (navigator, HttpMethod.Get, "/favicon.svg", 200),
                        (navigator, HttpMethod.Post, "/om", 405),
                        (navigator, HttpMethod.Get, "/trasig", 500),
                        (navigator, HttpMethod.Get, "/leveranser", 403),
                        (navigator, HttpMethod.Get, "/?q=" + new string('x', 9_000), 414),
                        (operators, HttpMethod.Get, "/leveranser", 200),
                        (operators, HttpMethod.Post, $"/leveranser/{Guid.NewGuid()}", 404),
                        (nobody, HttpMethod.Get, "/", 401),
                        (nobody, HttpMethod.Get, "/ingen-atkomst.css", 200),
                        (navigator, HttpMethod.Get, $"{Api}/waiting-times?procedure=NGB&format=csv", 200),
                        (navigator, HttpMethod.Get, $"{Api}/waiting-times", 400),
                        (navigator, HttpMethod.Get, $"{Api}/sources", 200),
                        (navigator, HttpMethod.Get, $"{Api}/nowhere", 404),
                        (navigator, HttpMethod.Delete, $"{Api}/regions", 405),
                        (navigator, HttpMethod.Get, $"{Api}/trasig", 500),
                        (navigator, HttpMethod.Get, $"{Api}/regions?q=" + new string('x', 9_000), 414),
                        (navigator, HttpMethod.Get, $"{Api}/deliveries", 403),
                        (nobody, HttpMethod.Get, $"{Api}/regions", 401),
                        (nobody, HttpMethod.Get, $"{Api}/api-info", 200),
                        (nobody, HttpMethod.Get, $"{Api}/openapi.yaml", 200),
                    ]
            )
            {
                await CheckAsync(client, method, path, status);
            }

            await CheckAsync(
                navigator,
                HttpMethod.Get,
                $"{Api}/waiting-times?procedure=NGB",
                304,
                ("If-None-Match", etag!)
            );
            foreach (var file in (string[])["openapi.yaml", "openapi.json"])
            {
                // The contract names the host that it was asked at, so only one that is the service's own.
                var own = await CheckAsync(nobody, HttpMethod.Get, $"{Api}/{file}", 200, says: $"https://{Name}{Api}");
                await CheckAsync(
                    nobody,
                    HttpMethod.Get,
                    $"{Api}/{file}",
                    421,
                    ("Host", "localhost"),
                    saysNot: "localhost"
                );
                Assert.Equal(own, await CheckAsync(nobody, HttpMethod.Get, $"{Api}/{file}", 200));
            }

            await CheckAsync(navigator, HttpMethod.Get, "/", 421, ("Host", "localhost"));
            await CheckAsync(navigator, HttpMethod.Get, $"{Api}/regions", 421, ("Host", "localhost"));
            await CheckAsync(navigator, HttpMethod.Get, $"{Api}/regions", 403, ("Client-Cert", ":AAAA:"));

            // The sixtieth-odd request of an allowance of sixty.
            var answers = new List<int>();
            while (answers.Count < 60 && !answers.Contains(429))
            {
                using var request = Request(HttpMethod.Get, $"{Api}/regions");
                using var response = await navigator.SendAsync(request, Cancelled);
                answers.Add((int)response.StatusCode);
            }

            await CheckAsync(navigator, HttpMethod.Get, $"{Api}/regions", 429);
            await CheckAsync(navigator, HttpMethod.Get, "/", 429);
            await CheckAsync(operators, HttpMethod.Get, "/", 200);
            await app.StopAsync(Cancelled);
        }
        finally
        {
            await TestPostgres.DropDatabaseAsync(database);
        }
    }

    private WebApplication Build(string database, string folder)
    {
        var builder = Hosting.CreateBuilder(
            "Test",
            [
                .. pki.Pki.Configuration,
                new("Security:Hosts:0", Name),
                new("Security:Audit:Folder", folder),
                new("ConnectionStrings:Lagesbild", database),
                new("Limits:Burst", "60"),
                new("Limits:RequestsPerSecond", "0.0001"),
            ]
        );
        // A request has its trace though nobody listens.
        builder.Logging.ClearProviders();
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        var app = Hosting.Build(builder, new Listeners(null, any, any));
        app.MapGet("/trasig", string () => throw new InvalidOperationException("hemligt"));
        app.MapGet(Api + "/trasig", string () => throw new InvalidOperationException("hemligt"));
        return app;
    }

    private HttpClient Client(Uri https, string? certificate)
    {
        var roots = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        roots.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(pki.Pki.CertificateFile("ca/root")));
        var tls = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = roots,
            // It is asked by another name than the development certificate's.
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
                errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNameMismatch,
            ClientCertificateContext = certificate is null
                ? null
                : SslStreamCertificateContext.Create(pki[certificate], null, offline: true),
        };
        return new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                SslOptions = tls,
            }
        )
        {
            BaseAddress = new Uri($"https://localhost:{https.Port}"),
        };
    }

    private static HttpRequestMessage Request(HttpMethod method, string path) =>
        new(method, path) { Headers = { Host = Name } };

    /// <returns>The answer's ETag.</returns>
    private static async Task<string?> CheckAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        int status,
        (string Name, string Value)? header = null,
        string says = "",
        string saysNot = "hemligt"
    )
    {
        using var request = Request(method, path);
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        if (header is ("Host", { } host))
        {
            request.Headers.Host = host;
        }
        else if (header is { } other)
        {
            request.Headers.TryAddWithoutValidation(other.Name, other.Value);
        }

        using var response = await client.SendAsync(request, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        var what = $"{method} {path[..Math.Min(60, path.Length)]} {(int)response.StatusCode} {text}";
        Assert.True((int)response.StatusCode == status, what);
        Assert.Contains(says, text, StringComparison.Ordinal);
        Assert.DoesNotContain(saysNot, text, StringComparison.Ordinal);
        string Of(string name) =>
            response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "missing";
        Assert.Equal("nosniff", Of("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Of("Referrer-Policy"));
        Assert.Equal("same-origin", Of("Cross-Origin-Resource-Policy"));
        Assert.StartsWith("default-src 'none'; ", Of("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Of("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", Of("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(request.Headers.Host == Name ? "max-age=31536000" : "missing", Of("Strict-Transport-Security"));
        Assert.Equal("missing", Of("Server"));
        var isApi = path.StartsWith("/lagesbild", StringComparison.Ordinal);
        if (isApi)
        {
            Assert.StartsWith($"00-{Trace}-", Of("traceparent"), StringComparison.Ordinal);
        }

        // No form leads to a page that takes none.
        if (status >= 400 && (isApi || status != 405))
        {
            Assert.Equal(
                isApi ? "application/problem+json" : "text/html; charset=utf-8",
                response.Content.Headers.ContentType?.ToString()
            );
        }

        Assert.Equal(status == 429, response.Headers.RetryAfter is not null);

        return response.Headers.ETag?.ToString();
    }
}
