using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>
/// A certificate in a header is believed from a listed proxy and from nobody else. Here the proxy's part is played by hand, by a
/// client that comes from the proxy's address; <see cref="NginxTests"/> has a real one.
/// </summary>
public sealed class ProxyTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string Header = "X-Visitors-Certificate";

    private static readonly IPAddress Proxy = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.3");

    private static readonly (string, string?)[] EscapedPem =
    [
        ("Proxy:Addresses:0", "192.0.2.0/24"),
        ("Proxy:Addresses:1", "127.0.0.2"),
        ("Proxy:Header", Header),
        ("Proxy:Form", "EscapedPem"),
    ];

    private static readonly (string, string?)[] Rfc9440 =
    [
        ("Proxy:Addresses:0", "127.0.0.2/31"),
        ("Proxy:Header", "Client-Cert"),
        ("Proxy:Form", "Rfc9440"),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Escaped(string name) => Uri.EscapeDataString(pki[name].ExportCertificatePem());

    private string Encoded(string name) => $":{Convert.ToBase64String(pki[name].RawData)}:";

    [Fact]
    public async Task The_visitor_is_who_the_proxy_says()
    {
        await using var nginx = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var fromNginx = nginx.Client(from: Proxy);
        await IsAsync(fromNginx, Header, Escaped("navigator"), DevelopmentPki.NavigatorHsaId);

        await using var standard = await SecureHost.StartAsync(pki.Pki, settings: Rfc9440);
        using var fromStandard = standard.Client(from: Elsewhere); // in the network
        await IsAsync(fromStandard, "Client-Cert", Encoded("region-system"), DevelopmentPki.RegionSystemHsaId);
    }

    [Fact]
    public async Task Every_check_is_made_of_a_forwarded_certificate_too()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var client = host.Client(from: Proxy);
        foreach (
            var (name, reason) in ((string, string)[])
                [
                    ("bad/self-signed", "chain"),
                    ("bad/twin-issuer", "chain"),
                    ("bad/expired", "expired"),
                    ("bad/level-2", "level-of-assurance"),
                    ("bad/signing", "key-usage"),
                    ("bad/personal-number", "identity"),
                    ("bad/unlisted-system", "not-authorised"),
                ]
        )
        {
            await RefusedAsync(client, HttpStatusCode.Forbidden, reason, (Header, Escaped(name)));
        }
    }

    [Theory]
    [InlineData(Header)]
    [InlineData("x-visitors-certificate")]
    [InlineData("Client-Cert")]
    [InlineData("Client-Cert-Chain")]
    public async Task From_anywhere_else_the_header_is_refused(string header)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        foreach (var own in (X509Certificate2?[])[null, pki["region-system"]])
        {
            using var forger = host.Client(own, from: Elsewhere);
            foreach (var path in (string[])[SecureHost.Who, "/lagesbild/v1/open"])
            {
                await RefusedAsync(
                    forger,
                    HttpStatusCode.Forbidden,
                    "forwarded-certificate",
                    path,
                    (header, Escaped("operator"))
                );
                await RefusedAsync(forger, HttpStatusCode.Forbidden, "forwarded-certificate", path, (header, ""));
            }
        }
    }

    [Fact]
    public async Task Saying_that_one_is_the_proxy_makes_one_no_proxy()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var forger = host.Client(from: Elsewhere);
        await RefusedAsync(
            forger,
            HttpStatusCode.Forbidden,
            "forwarded-certificate",
            (Header, Escaped("operator")),
            ("X-Forwarded-For", "127.0.0.2"),
            ("Forwarded", "for=127.0.0.2"),
            ("X-Real-IP", "127.0.0.2")
        );
        // Without the forged certificate he is as good as he ever was.
        await RefusedAsync(
            forger,
            HttpStatusCode.Unauthorized,
            "certificate-missing",
            ("X-Forwarded-For", "127.0.0.2"),
            ("Host", "localhost")
        );
    }

    [Fact]
    public async Task Without_a_configured_proxy_nobody_is_believed()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["navigator"], from: Proxy);
        await RefusedAsync(
            client,
            HttpStatusCode.Forbidden,
            "forwarded-certificate",
            ("Client-Cert", Encoded("operator"))
        );
        // A header that means nothing here changes nothing.
        await IsAsync(client, Header, Escaped("operator"), DevelopmentPki.NavigatorHsaId);
    }

    [Fact]
    public async Task The_proxys_own_certificate_is_never_taken_for_its_visitors()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var client = host.Client(pki["region-system"], from: Proxy);
        await RefusedAsync(client, HttpStatusCode.Unauthorized, "certificate-missing");
        await RefusedAsync(client, HttpStatusCode.Unauthorized, "certificate-missing", (Header, ""));
        await IsAsync(client, Header, Escaped("navigator"), DevelopmentPki.NavigatorHsaId);
    }

    [Fact]
    public async Task Visitors_who_share_the_proxys_connection_stay_who_they_are()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var client = host.Client(from: Proxy);
        var connections = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            foreach (
                var (name, hsaId) in ((string, string)[])
                    [
                        ("navigator", DevelopmentPki.NavigatorHsaId),
                        ("operator", DevelopmentPki.OperatorHsaId),
                        ("region-system", DevelopmentPki.RegionSystemHsaId),
                    ]
            )
            {
                connections.Add((await IsAsync(client, Header, Escaped(name), hsaId)).ConnectionId);
                await RefusedAsync(client, HttpStatusCode.Unauthorized, "certificate-missing");
            }
        }

        Assert.Single(connections);
    }

    [Fact]
    public async Task And_so_do_those_whose_requests_run_side_by_side_on_it()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var client = host.Client(from: Proxy);
        (string? Name, string? HsaId)[] visitors =
        [
            ("navigator", DevelopmentPki.NavigatorHsaId),
            ("operator", DevelopmentPki.OperatorHsaId),
            (null, null),
        ];
        var headers = visitors.ToDictionary(v => v.Name ?? "", v => v.Name is null ? "" : Escaped(v.Name));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 300),
            new ParallelOptions { MaxDegreeOfParallelism = 30, CancellationToken = Cancelled },
            async (i, cancellation) =>
            {
                var (name, hsaId) = visitors[i % visitors.Length];
                using var request = new HttpRequestMessage(HttpMethod.Get, SecureHost.Who)
                {
                    Version = HttpVersion.Version20,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                request.Headers.TryAddWithoutValidation(Header, headers[name ?? ""]);
                using var response = await client.SendAsync(request, cancellation);
                if (hsaId is null)
                {
                    Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
                    return;
                }

                var answer = await response.Content.ReadFromJsonAsync<SecureHost.Answer>(cancellation);
                Assert.Equal(hsaId, answer!.HsaId);
            }
        );
    }

    [Fact]
    public async Task What_a_proxy_sends_must_be_one_certificate_in_the_form_agreed_upon()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: EscapedPem);
        using var client = host.Client(from: Proxy);
        foreach (
            var value in (string[])
                [
                    "SUCCESS",
                    "%",
                    "%00",
                    Encoded("navigator"),
                    Uri.EscapeDataString("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"),
                    Uri.EscapeDataString(
                        pki["navigator"].ExportCertificatePem().Replace("M", "!", StringComparison.Ordinal)
                    ),
                    new string('A', 20_000),
                ]
        )
        {
            await RefusedAsync(client, HttpStatusCode.Forbidden, "forwarded-certificate", (Header, value));
        }

        await RefusedAsync(
            client,
            HttpStatusCode.Forbidden,
            "forwarded-certificate",
            (Header, Escaped("navigator")),
            (Header, Escaped("operator"))
        );
        // What the proxy was not told to set, its visitor sent.
        await RefusedAsync(
            client,
            HttpStatusCode.Forbidden,
            "forwarded-certificate",
            (Header, Escaped("navigator")),
            ("Client-Cert", Encoded("operator"))
        );

        await using var standard = await SecureHost.StartAsync(pki.Pki, settings: Rfc9440);
        using var other = standard.Client(from: Proxy);
        foreach (
            var value in (string[])[Escaped("navigator"), "::", ":", ":AAAA:", ":%%%:", Encoded("navigator") + "x"]
        )
        {
            await RefusedAsync(other, HttpStatusCode.Forbidden, "forwarded-certificate", ("Client-Cert", value));
        }
    }

    [Fact]
    public async Task A_proxy_may_know_the_service_by_another_name_but_its_visitors_may_not()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [.. EscapedPem, ("Hosts:0", "lagesbild.example")]
        );
        using var client = host.Client(from: Proxy); // opened for localhost
        await IsAsync(client, Header, Escaped("navigator"), DevelopmentPki.NavigatorHsaId, "lagesbild.example");
        await RefusedAsync(
            client,
            HttpStatusCode.MisdirectedRequest,
            "host",
            (Header, Escaped("navigator")),
            ("Host", "localhost")
        );
    }

    [Fact]
    public async Task Visitors_without_a_certificate_are_counted_each_by_the_address_that_the_proxy_tells()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings: [.. EscapedPem, ("Limits:Burst", "2"), ("Limits:RequestsPerSecond", "0.001")]
        );
        using var client = host.Client(from: Proxy);
        foreach (var visitor in (string[])["192.0.2.1", "192.0.2.2", "forged, 192.0.2.3"])
        {
            await RefusedAsync(
                client,
                HttpStatusCode.Unauthorized,
                "certificate-missing",
                ("X-Forwarded-For", visitor)
            );
        }

        await RefusedAsync(
            client,
            HttpStatusCode.Unauthorized,
            "certificate-missing",
            ("X-Forwarded-For", "192.0.2.3")
        );
        await RefusedAsync(
            client,
            HttpStatusCode.TooManyRequests,
            "too-many-requests",
            ("X-Forwarded-For", "192.0.2.77, 192.0.2.3")
        );
        // From elsewhere it is anybody's word.
        using var forger = host.Client(from: Elsewhere);
        foreach (
            var (status, code) in ((int, string)[])
                [(401, "certificate-missing"), (401, "certificate-missing"), (429, "too-many-requests")]
        )
        {
            var claim = Guid.NewGuid().GetHashCode() & 0xff;
            await RefusedAsync(forger, (HttpStatusCode)status, code, ("X-Forwarded-For", $"198.51.100.{claim}"));
        }
    }

    [Theory]
    [InlineData("Proxy:Addresses:0", "0.0.0.0/0")]
    [InlineData("Proxy:Addresses:0", "::/0")]
    [InlineData("Proxy:Addresses:0", "10.0.0.1/8")]
    [InlineData("Proxy:Addresses:0", "proxy.example")]
    [InlineData("Proxy:Addresses:0", "")]
    [InlineData("Proxy:Header", "")]
    [InlineData("Proxy:Header", "Client Cert")]
    [InlineData("Proxy:Form", "Pem")]
    [InlineData("Proxy:Form", null)]
    [InlineData("Proxy:Adresses:0", "10.0.0.1")]
    public async Task A_proxy_that_is_not_wholly_described_is_refused_at_start(string key, string? value)
    {
        var settings = Rfc9440.Where(s => s.Item1 != key).Append((key, value)).ToArray();
        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, settings: settings)
        );
        Assert.Contains("Security", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<SecureHost.Answer> IsAsync(
        HttpClient client,
        string header,
        string value,
        string hsaId,
        string? host = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, SecureHost.Who);
        request.Headers.TryAddWithoutValidation(header, value);
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        var answer = await response.Content.ReadFromJsonAsync<SecureHost.Answer>(Cancelled);
        Assert.Equal(hsaId, answer!.HsaId);
        return answer;
    }

    private static Task RefusedAsync(
        HttpClient client,
        HttpStatusCode status,
        string reason,
        params (string Name, string Value)[] headers
    ) => RefusedAsync(client, status, reason, SecureHost.Who, headers);

    private static async Task RefusedAsync(
        HttpClient client,
        HttpStatusCode status,
        string reason,
        string path,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}, not {(int)status}: {text}");
        Assert.Equal(reason, (string?)JsonNode.Parse(text)!["reason"]);
    }
}
