using System.Globalization;
using Lagesbild.Ledger;

namespace Lagesbild.Tests.Ledger;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task What_was_written_is_there_after_a_stop_and_a_start()
    {
        using var folder = new TestFolder();
        await using (var first = await StartAsync(folder.FullName))
        {
            await TestPostgres.ExecuteAsync(first.ConnectionString(), "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        Assert.False(File.Exists(folder.Inside("postgres", "postmaster.pid")));
        await using var second = await StartAsync(folder.FullName);
        Assert.Equal(42, await TestPostgres.ScalarAsync<int>(second.ConnectionString(), "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_in_words()
    {
        using var folder = new TestFolder();
        await using var first = await StartAsync(folder.FullName);

        var failure = await Assert.ThrowsAsync<PrivatePostgresException>(() => StartAsync(folder.FullName));

        Assert.Contains("in use by another lagesbild", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_too_deep_for_a_sockets_address_works()
    {
        using var folder = new TestFolder();
        var deep = folder.Inside(new string('d', 100), "en mapp, med: annat");

        await using var postgres = await StartAsync(deep);

        Assert.Equal(1, await TestPostgres.ScalarAsync<int>(postgres.ConnectionString(), "SELECT 1"));
    }

    [Fact]
    public async Task A_mark_left_by_a_crash_does_not_stop_a_start_even_if_its_number_is_taken_by_another_process()
    {
        using var folder = new TestFolder();
        await (await StartAsync(folder.FullName)).DisposeAsync();
        await File.WriteAllTextAsync(
            folder.Inside("postgres", "postmaster.pid"),
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n",
            TestContext.Current.CancellationToken
        );

        await using var postgres = await StartAsync(folder.FullName);

        Assert.Equal(1, await TestPostgres.ScalarAsync<int>(postgres.ConnectionString(), "SELECT 1"));
    }

    [Fact]
    public async Task A_start_killed_half_way_through_making_the_cluster_is_begun_anew()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.Inside("postgres.new", "base"));

        await using var postgres = await StartAsync(folder.FullName);

        Assert.Equal(1, await TestPostgres.ScalarAsync<int>(postgres.ConnectionString(), "SELECT 1"));
    }

    [Fact]
    public async Task It_listens_on_no_network_address_and_runs_unprivileged()
    {
        using var folder = new TestFolder();
        await using var postgres = await StartAsync(folder.FullName);

        Assert.Equal(
            "",
            await TestPostgres.ScalarAsync<string>(
                postgres.ConnectionString(),
                "SELECT current_setting('listen_addresses')"
            )
        );
        var mark = await File.ReadAllLinesAsync(
            folder.Inside("postgres", "postmaster.pid"),
            TestContext.Current.CancellationToken
        );
        if (OperatingSystem.IsLinux())
        {
            var status = await File.ReadAllLinesAsync($"/proc/{mark[0]}/status", TestContext.Current.CancellationToken);
            Assert.DoesNotContain(status, line => line.StartsWith("Uid:\t0", StringComparison.Ordinal));
        }
    }

    private static Task<PrivatePostgres> StartAsync(string folder) =>
        PrivatePostgres.StartAsync(folder, durable: false, TestContext.Current.CancellationToken);
}
