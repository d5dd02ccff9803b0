using System.Net;
using System.Net.Http.Json;
using Lagesbild.Security;
using Microsoft.AspNetCore.Builder;

namespace Lagesbild.Tests.Security;

public sealed class DemoDoorTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_comes_through_it_is_the_operator_Demo()
    {
        await using var host = await OpenAsync();
        using var client = new HttpClient();
        var answer = await client.GetFromJsonAsync<SecureHost.Answer>(new Uri(host.Http[0], SecureHost.Who), Cancelled);
        Assert.Equal("Demo", answer!.Name);
        Assert.Equal("Person", answer.Kind);
        Assert.Equal(["reader", "operator"], answer.Roles);
    }

    [Fact]
    public async Task No_other_listener_is_the_door()
    {
        await using var host = await OpenAsync();
        using var secure = host.Client();
        using var overTls = await secure.GetAsync(SecureHost.Who, Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, overTls.StatusCode);

        using var plain = new HttpClient();
        using var elsewhere = await plain.GetAsync(new Uri(host.Http[1], SecureHost.Who), Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);

        // Claiming the door's address does not open it.
        using var claim = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Http[1], SecureHost.Who));
        claim.Headers.Host = host.Http[0].Authority;
        using var claimed = await plain.SendAsync(claim, Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, claimed.StatusCode);
    }

    [Fact]
    public async Task Certificates_work_beside_it()
    {
        await using var host = await OpenAsync();
        using var client = host.Client(pki["navigator"]);
        var answer = await client.GetFromJsonAsync<SecureHost.Answer>(SecureHost.Who, Cancelled);
        Assert.Equal(DevelopmentPki.NavigatorHsaId, answer!.HsaId);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example:80")]
    [InlineData("10.0.0.1")]
    [InlineData("xn--localhost")]
    public async Task A_foreign_name_that_points_here_is_sent_away_from_everything(string name)
    {
        await using var host = await OpenAsync();
        using var client = new HttpClient();
        foreach (var path in new[] { SecureHost.Who, "/sida", "/lagesbild/v1/open" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Http[0], path));
            request.Headers.Host = name;
            using var response = await client.SendAsync(request, Cancelled);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:5080")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("[::1]:5080")]
    public async Task It_answers_to_this_machines_own_names(string name)
    {
        await using var host = await OpenAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Http[0], SecureHost.Who));
        request.Headers.Host = name;
        using var response = await client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task It_does_not_listen_beyond_this_machine() =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            SecureHost.StartAsync(pki.Pki, demoDoor: true, demoAddress: IPAddress.Any)
        );

    [Fact]
    public async Task It_does_not_listen_where_it_was_not_asked_for() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SecureHost.StartAsync(pki.Pki, demoDoor: false, demoAddress: IPAddress.Loopback)
        );

    [Fact]
    public void It_does_not_open_in_Production()
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Production" });
        var refusal = Assert.Throws<InvalidOperationException>(() => builder.AddSecurity(demoDoor: true));
        Assert.Contains("Production", refusal.Message, StringComparison.Ordinal);
    }

    private Task<SecureHost> OpenAsync() =>
        SecureHost.StartAsync(pki.Pki, demoDoor: true, demoAddress: IPAddress.Loopback);
}
