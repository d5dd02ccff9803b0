using System.Net;

namespace Lagesbild.Tests.Security;

public sealed class SecurityHeaderTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private const string OfPages =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string OfTheApi = "default-src 'none'; frame-ancestors 'none'";

    [Theory]
    [InlineData(SecureHost.Who, 200, OfTheApi)]
    [InlineData("/sida", 200, OfPages)]
    [InlineData("/lagesbild/v1/operators", 403, OfTheApi)]
    [InlineData("/nowhere", 404, OfPages)]
    [InlineData("/ingen-atkomst.css", 200, OfPages)]
    public async Task Every_answer_carries_the_security_headers(string path, int status, string policy)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki, settings: ("Hosts:0", "lagesbild.example"));
        using var client = host.Client(pki["navigator"], targetHost: "lagesbild.example");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "lagesbild.example";
        using var response = await client.SendAsync(request, Cancelled);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(policy, Header(response, "Content-Security-Policy"));
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(response, "Cross-Origin-Resource-Policy"));
        Assert.Equal("max-age=31536000", Header(response, "Strict-Transport-Security"));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Localhost_is_not_tied_to_HTTPS_or_the_demo_door_would_close()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["navigator"]);
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("cross-site", "POST", 403)]
    [InlineData("cross-site", "GET", 405)]
    [InlineData("same-origin", "POST", 200)]
    [InlineData(null, "POST", 200)]
    public async Task Another_sites_page_changes_nothing(string? site, string method, int status)
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client(pki["operator"]);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/lagesbild/v1/body");
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        using var response = await client.SendAsync(request, Cancelled);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task What_does_not_exist_is_closed_too()
    {
        await using var host = await SecureHost.StartAsync(pki.Pki);
        using var client = host.Client();
        using var response = await client.GetAsync("/lagesbild/v1/nowhere", Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        using var open = await client.GetAsync("/lagesbild/v1/open", Cancelled);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    private static string Header(HttpResponseMessage response, string name) =>
        string.Join(", ", response.Headers.GetValues(name));
}
