using System.Diagnostics;
using System.Text.Json;

namespace Lagesbild.Tests.Security;

[Collection(nameof(Alone))]
public sealed class RequestTraceTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true, false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true, true)]
    [InlineData("00-00000000000000000000198501012384-00f067aa0ba902b7-01", false, false)]
    [InlineData("none", false, false)]
    [InlineData("none", false, true)]
    public async Task Both_ways_give_the_request_one_name(string sent, bool isTaken, bool isCollected)
    {
        using var collector = new ActivityListener
        {
            ShouldListenTo = source => isCollected && source.Name == "Microsoft.AspNetCore",
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(collector);
        var audit = Path.Combine(pki.Pki.Directory, "one-name", $"{sent}-{isCollected}");
        var returned = new List<string>();
        await using (var app = await FiguresHost.StartAsync(pki, audit))
        {
            using var client = FiguresHost.Client(pki, app, "navigator");
            for (var i = 0; i < 5; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/lagesbild/v1/waiting-times?procedure=NGB");
                request.Headers.Add("traceparent", sent);
                using var response = await client.SendAsync(request, Cancelled);
                returned.Add(response.Headers.GetValues("traceparent").Single());
            }
            await app.StopAsync(Cancelled);
        }
        var lines = Directory
            .EnumerateFiles(audit)
            .SelectMany(File.ReadAllLines)
            .Select(line => JsonElement.Parse(line));
        var flags = isCollected ? "01" : "00";
        Assert.Equal(
            returned,
            lines.Select(line => $"00-{line.GetProperty("traceId")}-{line.GetProperty("id")}-{flags}")
        );
        Assert.Equal(5, returned.Select(trace => trace.Split('-')[2]).Distinct().Count());
        Assert.All(
            returned,
            trace => Assert.Equal(isTaken, trace.Split('-')[1] == sent.Split('-').ElementAtOrDefault(1))
        );
    }
}
