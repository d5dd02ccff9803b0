using System.Net;
using Lagesbild.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Lagesbild.Tests.Security;

/// <summary>What is kept for readers is kept from everybody else, and knowing a certificate lets nobody further in.</summary>
public sealed class GateTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private const string Table = "/lagesbild/v1/waiting-times?procedure=NGB";
    private const string Page = "/atgard/NGB";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kept_answers_are_for_readers_alone()
    {
        await using var app = await FiguresHost.StartAsync(pki, Path.Combine(pki.Pki.Directory, "gate-audit"));
        using var navigator = FiguresHost.Client(pki, app, "navigator");
        foreach (var path in (string[])[Table, Page])
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(navigator, path));
            }
        }

        var others = Directory
            .GetFiles(Path.Combine(pki.Pki.Directory, "bad"), "*.pem")
            .Select(file => "bad/" + Path.GetFileNameWithoutExtension(file))
            .Where(name => !name.EndsWith("-chain", StringComparison.Ordinal))
            .Append("register-spor")
            .Append("register-ncr")
            .ToList<string?>();
        Assert.True(others.Count > 10, string.Join(", ", others));
        foreach (var name in others.Append(null))
        {
            using var client = FiguresHost.Client(pki, app, name);
            foreach (var path in (string[])[Table, Page, Table, Page])
            {
                var status = await StatusAsync(client, path);
                Assert.True(
                    status == (name is null ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden),
                    $"{name} {path} {status}"
                );
            }
        }
    }

    [Fact]
    public async Task A_verdict_that_no_longer_holds_lets_nobody_to_what_is_kept()
    {
        await using var app = await FiguresHost.StartAsync(pki, Path.Combine(pki.Pki.Directory, "verdict-audit"));
        using var navigator = FiguresHost.Client(pki, app, "navigator");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(navigator, Table));
        }
        // As when the next revocation list names it: the connection stays, the verdict goes.
        var verdicts = app.Services.GetRequiredService<VerdictCache>();
        verdicts.Clear();
        verdicts.Refuse(Gate.ThumbprintOf(pki["navigator"]), Refusal.Revoked, verdicts.Epoch);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(navigator, Table));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(navigator, Page));
    }

    [Fact]
    public async Task A_known_reader_is_no_operator_and_no_register()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var navigator = host.Client(pki["navigator"]);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(navigator, SecureHost.Who));
            foreach (var closed in (string[])["operators", "registers", "deliveries"])
            {
                Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(navigator, "/lagesbild/v1/" + closed));
            }
        }

        // Its own source and no other's, the first time and when it is known.
        using var register = host.Client(pki["register-spor"]);
        for (var i = 0; i < 3; i++)
        {
            foreach (
                var (source, status) in (
                    ((string, HttpStatusCode)[])[("SPOR", HttpStatusCode.OK), ("NCR", HttpStatusCode.Forbidden)]
                )
            )
            {
                using var response = await register.PutAsync(
                    $"/lagesbild/v1/sources/{source}/deliveries/a.zip",
                    null,
                    Cancelled
                );
                Assert.Equal(status, response.StatusCode);
            }
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Cancelled);
        return response.StatusCode;
    }
}
