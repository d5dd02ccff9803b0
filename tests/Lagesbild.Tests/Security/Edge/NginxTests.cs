using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>
/// A real nginx in front, as docs/drift.md sets it up: it ends the TLS connections and forwards the visitors' certificates,
/// over few connections that they share.
/// </summary>
public sealed class NginxTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Visitors_come_through_it_as_themselves_and_forgeries_do_not()
    {
        await using var host = await SecureHost.StartAsync(
            pki.Pki,
            settings:
            [
                ("Proxy:Addresses:0", "127.0.0.2"),
                ("Proxy:Header", "X-SSL-Client-Cert"),
                ("Proxy:Form", "EscapedPem"),
            ]
        );
        await using var nginx = await Nginx.StartAsync(pki.Pki, host.Https.Port);
        var connections = new HashSet<string>();
        (string? Name, string? HsaId, string? Reason)[] visitors =
        [
            ("navigator", DevelopmentPki.NavigatorHsaId, null),
            (null, null, "certificate-missing"),
            ("region-system", DevelopmentPki.RegionSystemHsaId, null),
            ("bad/self-signed", null, "chain"),
            ("bad/expired", null, "expired"),
            ("bad/level-2", null, "level-of-assurance"),
            ("operator", DevelopmentPki.OperatorHsaId, null),
        ];
        for (var round = 0; round < 3; round++)
        {
            foreach (var (name, hsaId, reason) in visitors)
            {
                using var client = host.Client(name is null ? null : pki[name], to: nginx.EndPoint);
                using var response = await client.GetAsync(SecureHost.Who, Cancelled);
                var text = await response.Content.ReadAsStringAsync(Cancelled);
                if (hsaId is null)
                {
                    Assert.Equal(reason, (string?)JsonNode.Parse(text)!["reason"]);
                    continue;
                }

                Assert.True(response.StatusCode == HttpStatusCode.OK, text);
                var answer = await response.Content.ReadFromJsonAsync<SecureHost.Answer>(Cancelled);
                Assert.Equal(hsaId, answer!.HsaId);
                connections.Add(answer.ConnectionId);
            }
        }

        // The visitors shared them, or this would not have tried what it is to try.
        Assert.InRange(connections.Count, 1, 4);

        // Through nginx: what the visitor writes into the header, nginx writes over, also in other spellings.
        using var forger = host.Client(pki["navigator"], to: nginx.EndPoint);
        foreach (var header in (string[])["X-SSL-Client-Cert", "x-ssl-client-cert", "X_SSL_Client_Cert"])
        {
            using var forged = await SendAsync(forger, header, "operator");
            var answer = await forged.Content.ReadFromJsonAsync<SecureHost.Answer>(Cancelled);
            Assert.Equal(DevelopmentPki.NavigatorHsaId, answer!.HsaId);
        }

        using var nobody = host.Client(to: nginx.EndPoint);
        using var claimed = await SendAsync(nobody, "X-SSL-Client-Cert", "operator");
        Assert.Equal(HttpStatusCode.Unauthorized, claimed.StatusCode);
        using var standard = await SendAsync(nobody, "Client-Cert", "operator");
        Assert.Equal(HttpStatusCode.Forbidden, standard.StatusCode);

        // Past nginx: the same header, straight to the service.
        foreach (var own in (X509Certificate2?[])[null, pki["navigator"]])
        {
            using var direct = host.Client(own);
            using var refused = await SendAsync(direct, "X-SSL-Client-Cert", "operator");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        // And whoever comes straight to it with a certificate of his own is as welcome as ever.
        using var straight = host.Client(pki["navigator"]);
        var known = await straight.GetFromJsonAsync<SecureHost.Answer>(SecureHost.Who, Cancelled);
        Assert.Equal(DevelopmentPki.NavigatorHsaId, known!.HsaId);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, string header, string certificate)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, SecureHost.Who);
        request.Headers.TryAddWithoutValidation(header, Uri.EscapeDataString(pki[certificate].ExportCertificatePem()));
        return await client.SendAsync(request, Cancelled);
    }

    /// <summary>One process, on a socket in a folder of its own, ended by its id.</summary>
    private sealed class Nginx : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly string _folder;

        private Nginx(Process process, string folder) => (_process, _folder) = (process, folder);

        public EndPoint EndPoint => new UnixDomainSocketEndPoint(Path.Combine(_folder, "s"));

        public static async Task<Nginx> StartAsync(DevelopmentPki pki, int port)
        {
            // A socket's path may be a hundred characters long.
            var folder = Directory.CreateTempSubdirectory("lagesbild-nginx-").FullName;
            await File.WriteAllTextAsync(
                Path.Combine(folder, "issuers.pem"),
                string.Concat(
                    ((string[])["ca/root", "ca/person-hsa-id-3", "ca/function"]).Select(ca =>
                        File.ReadAllText(pki.CertificateFile(ca)) + "\n"
                    )
                ),
                Cancelled
            );
            await File.WriteAllTextAsync(
                Path.Combine(folder, "nginx.conf"),
                Configuration(pki, folder, port),
                Cancelled
            );
            var process = Process.Start(
                new ProcessStartInfo(Program(), ["-p", folder, "-c", "nginx.conf", "-e", "error.log"])
                {
                    RedirectStandardError = true,
                }
            )!;
            var said = new StringBuilder();
            process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
            process.BeginErrorReadLine();
            var nginx = new Nginx(process, folder);
            try
            {
                await Jobs.Eventually.IsTrueAsync(async () =>
                {
                    Assert.False(process.HasExited, said.ToString());
                    using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(nginx.EndPoint);
                        return true;
                    }
                    catch (SocketException)
                    {
                        return false;
                    }
                });
            }
            catch
            {
                await nginx.DisposeAsync();
                throw;
            }

            return nginx;
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private static string Program() =>
            ((string[])[.. Environment.GetEnvironmentVariable("PATH")!.Split(':'), "/usr/sbin", "/usr/local/sbin"])
                .Select(folder => Path.Combine(folder, "nginx"))
                .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("nginx is not installed: sudo apt-get install nginx");

        private static string Configuration(DevelopmentPki pki, string folder, int port) =>
            $$"""
                daemon off;
                master_process off;
                pid nginx.pid;
                events {}
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    upstream lagesbild {
                        server 127.0.0.1:{{port.ToString(CultureInfo.InvariantCulture)}};
                        keepalive 1;
                    }
                    server {
                        listen unix:{{folder}}/s ssl;
                        ssl_certificate {{pki.CertificateFile("server-chain")}};
                        ssl_certificate_key {{pki.KeyFile("server")}};
                        ssl_client_certificate issuers.pem;
                        ssl_verify_client optional_no_ca;
                        # Not nginx's to judge: the service says what is wrong with a certificate.
                        error_page 495 = @lagesbild;
                        proxy_bind 127.0.0.2;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $host;
                        proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
                        proxy_set_header X-Forwarded-For $remote_addr;
                        proxy_ssl_server_name on;
                        proxy_ssl_name localhost;
                        proxy_ssl_verify on;
                        proxy_ssl_trusted_certificate {{pki.CertificateFile("ca/root")}};
                        proxy_ssl_verify_depth 3;
                        location / {
                            proxy_pass https://lagesbild;
                        }
                        location @lagesbild {
                            proxy_pass https://lagesbild;
                        }
                    }
                }
                """;
    }
}
