using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lagesbild.Tests.Ledger;
using Npgsql;

namespace Lagesbild.Tests.Jobs;

public sealed class FollowingTests
{
    private static readonly DateOnly Day1 = new(2026, 1, 13);
    private static readonly DateOnly Day2 = new(2026, 1, 14);

    [Fact]
    public async Task A_second_start_shows_what_was_published_without_a_file()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        node.HandIn(SmallDelivery.Spor(Day2));
        await node.PassAsync();

        await using var restarted = await Node.BesideAsync(node);
        Assert.True(await restarted.Keeper.FollowAsync(TestContext.Current.CancellationToken));

        Assert.Equal(node.Picture!.Id, restarted.Picture!.Id);
        Assert.Equal(node.Picture.PublishedAt, restarted.Picture.PublishedAt);
        Assert.Equal(124, restarted.Shown("CJE"));
        Assert.Equal(240, restarted.Shown("NGB"));
        Assert.Equal(
            node.Picture.Sources.Select(s =>
                (s.FileName, s.Sha256, s.ReceivedAt, s.PublishedAt, s.Units, s.Operations)
            ),
            restarted.Picture.Sources.Select(s =>
                (s.FileName, s.Sha256, s.ReceivedAt, s.PublishedAt, s.Units, s.Operations)
            )
        );
    }

    [Fact]
    public async Task Another_nodes_publication_is_shown_as_soon_as_it_is_notified()
    {
        await using var node = await Node.CreateAsync();
        using var elsewhere = new TestFolder();
        await using var other = await Node.CreateAsync(node.Database, elsewhere.FullName, "01:00:00");
        await other.StartAsync();

        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();

        await Eventually.IsTrueAsync(() => Task.FromResult(other.Picture?.Id == node.Picture!.Id));
    }

    [Fact]
    public async Task A_node_that_fell_behind_publishes_on_top_of_the_newest_and_not_of_what_it_shows()
    {
        await using var node = await Node.CreateAsync();
        await using var other = await Node.BesideAsync(node);
        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();

        // Never started, so it follows nothing by itself.
        other.HandIn(SmallDelivery.Spor(Day2));
        await other.PassAsync();

        Assert.Equal(124, other.Shown("CJE"));
        Assert.Equal(240, other.Shown("NGB"));
    }

    [Fact]
    public async Task While_one_node_settles_a_file_another_takes_none()
    {
        await using var node = await Node.CreateAsync();
        var delivery = node.HandIn(SmallDelivery.Ncr(Day1));
        await node.Ledger.PrepareAsync(TestContext.Current.CancellationToken);
        await using (var content = new MemoryStream(SmallDelivery.Spor(Day1).Content))
        await using (
            var settling = await node.Ledger.TryBeginAsync(
                SmallDelivery.Spor(Day1).FileName,
                content,
                "SPOR",
                "inbox",
                waits: false,
                TestContext.Current.CancellationToken
            )
        )
        {
            Assert.NotNull(settling);
            await using var other = await Node.BesideAsync(node);
            await other.PassAsync();
            Assert.Equal("", await node.StatesAsync());
        }

        // Never committed: nothing of it is left, and the way is free again.
        await node.PassAsync();
        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
    }

    [Fact]
    public async Task Without_its_database_a_node_goes_on_serving_and_says_that_it_is_degraded()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        await node.StartAsync();
        using var client = new HttpClient();
        var ready = new Uri(node.Addresses[1], "/health/ready");
        Assert.Equal((HttpStatusCode.OK, "ready"), await HealthAsync(client, ready));

        var name = new NpgsqlConnectionStringBuilder(node.Database).Database;
        await ServerAsync(node, $"ALTER DATABASE {name} RENAME TO {name}_away");
        await Eventually.IsTrueAsync(async () => await HealthAsync(client, ready) == (HttpStatusCode.OK, "degraded"));
        using var page = await client.GetAsync(
            new Uri(node.Addresses[0], "/lagesbild/v1/waiting-times?procedure=CJE&period=365d"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        node.HandIn(SmallDelivery.Ncr(Day2, patients: 50));
        await node.PassAsync();
        Assert.Equal(124, node.Shown("CJE"));

        await ServerAsync(node, $"ALTER DATABASE {name}_away RENAME TO {name}");
        await node.PassAsync();
        Assert.Equal(50, node.Shown("CJE"));
    }

    [Fact]
    public async Task Without_a_picture_a_node_is_alive_and_not_ready()
    {
        await using var node = await Node.CreateAsync();
        await node.StartAsync();
        using var client = new HttpClient();

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "no-picture"),
            await HealthAsync(client, new Uri(node.Addresses[1], "/health/ready"))
        );
        Assert.Equal(
            (HttpStatusCode.OK, "live"),
            await HealthAsync(client, new Uri(node.Addresses[1], "/health/live"))
        );
    }

    [Fact]
    public async Task Health_is_on_the_management_port_alone_and_nothing_else_is()
    {
        await using var node = await Node.CreateAsync();
        node.HandIn(SmallDelivery.Ncr(Day1));
        await node.PassAsync();
        await node.StartAsync();
        using var client = new HttpClient();

        foreach (var path in (string[])["/", "/lagesbild/v1/api-info", "/lagesbild/v1/procedures", "/health"])
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, new Uri(node.Addresses[1], path)));
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, new Uri(node.Addresses[0], "/health/ready")));
        Assert.Equal(
            HttpStatusCode.OK,
            await StatusAsync(client, new Uri(node.Addresses[0], "/lagesbild/v1/api-info"))
        );
    }

    // Also throws out whoever is connected, as a server that goes away does.
    private static async Task ServerAsync(Node node, string sql)
    {
        var database = new NpgsqlConnectionStringBuilder(node.Database);
        var name = database.Database;
        database.Database = "postgres";
        await TestPostgres.ExecuteAsync(
            database.ConnectionString,
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        await TestPostgres.ExecuteAsync(database.ConnectionString, sql);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri address)
    {
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<(HttpStatusCode, string?)> HealthAsync(HttpClient client, Uri address)
    {
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        return (answer.StatusCode, (string?)body?["status"]);
    }
}
