using System.Diagnostics;
using System.Globalization;
using Lagesbild.Ledger;
using Lagesbild.Tests.Jobs;

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

    [Fact]
    public async Task A_server_left_running_is_recognised_through_a_link_to_its_folder()
    {
        using var folder = new TestFolder();
        await using var left = await StartAsync(folder.Inside("real"));
        // As if its owner were gone.
        File.Delete(folder.Inside("real", "in-use.lock"));
        Directory.CreateSymbolicLink(folder.Inside("link"), folder.Inside("real"));
        var before = await MarkAsync(folder.Inside("real"));

        await using var postgres = await StartAsync(folder.Inside("link"));

        Assert.NotEqual(before, await MarkAsync(folder.Inside("real")));
    }

    [Fact]
    public async Task The_mark_of_a_live_server_is_left_alone_even_where_it_seems_to_be_anothers()
    {
        using var folder = new TestFolder();
        await using var other = await StartAsync(folder.Inside("other"));
        await (await StartAsync(folder.Inside("ours"))).DisposeAsync();
        var mark = folder.Inside("ours", "postgres", "postmaster.pid");
        File.Copy(folder.Inside("other", "postgres", "postmaster.pid"), mark);

        var failure = await Assert.ThrowsAsync<PrivatePostgresException>(() => StartAsync(folder.Inside("ours")));

        Assert.Contains(mark, failure.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(mark));
        Assert.True(other.IsRunning);
    }

    [Fact]
    public async Task A_dead_server_that_nobody_has_reaped_does_not_stop_a_start()
    {
        using var folder = new TestFolder();
        await (await StartAsync(folder.FullName)).DisposeAsync();
        Directory.CreateDirectory(folder.Inside("bin"));
        // A process by that name whose parent never asks how it ended. A shell would, so it does not begin, let alone end,
        // before that parent has become another program.
        using var parent = Process.Start(
            new ProcessStartInfo(
                "/bin/sh",
                [
                    "-c",
                    "cp /bin/true bin/postgres; mkfifo gate; bin/postgres < gate & echo $! > postgres/postmaster.pid; exec cat",
                ]
            )
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardInput = true,
            }
        )!;
        await Eventually.IsTrueAsync(async () =>
            await File.ReadAllTextAsync($"/proc/{parent.Id}/comm", TestContext.Current.CancellationToken) == "cat\n"
        );
        await using (new FileStream(folder.Inside("gate"), FileMode.Open, FileAccess.Write))
        {
            // Opening it is enough.
        }

        var dead = await MarkAsync(folder.FullName);
        await Eventually.IsTrueAsync(async () =>
            (await File.ReadAllTextAsync($"/proc/{dead}/stat", TestContext.Current.CancellationToken)).Contains(
                "(postgres) Z",
                StringComparison.Ordinal
            )
        );

        await using (var postgres = await StartAsync(folder.FullName))
        {
            Assert.Equal(1, await TestPostgres.ScalarAsync<int>(postgres.ConnectionString(), "SELECT 1"));
        }

        parent.StandardInput.Close();
        await parent.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_server_that_was_killed_is_started_again_with_what_it_had()
    {
        using var folder = new TestFolder();
        await using var postgres = await StartAsync(folder.FullName);
        await TestPostgres.ExecuteAsync(postgres.ConnectionString(), "CREATE TABLE kept AS SELECT 42 AS answer");
        Npgsql.NpgsqlConnection.ClearAllPools();
        using (
            var server = Process.GetProcessById(
                int.Parse(await MarkAsync(folder.FullName), CultureInfo.InvariantCulture)
            )
        )
        {
            server.Kill();
        }

        await Eventually.IsTrueAsync(() => Task.FromResult(!postgres.IsRunning));
        await postgres.StartAgainAsync(TestContext.Current.CancellationToken);

        Assert.True(postgres.IsRunning);
        Assert.Equal(42, await TestPostgres.ScalarAsync<int>(postgres.ConnectionString(), "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task The_shortcut_of_a_start_that_was_killed_is_cleared_away()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.Inside("lagesbild-gone"));
        Directory.CreateSymbolicLink(folder.Inside("lagesbild-gone", "s"), folder.FullName);
        await File.WriteAllTextAsync(
            folder.Inside("in-use.lock"),
            folder.Inside("lagesbild-gone"),
            TestContext.Current.CancellationToken
        );

        await using var postgres = await StartAsync(folder.FullName);

        Assert.False(Directory.Exists(folder.Inside("lagesbild-gone")));
    }

    private static async Task<string> MarkAsync(string folder) =>
        (
            await File.ReadAllLinesAsync(
                Path.Combine(folder, "postgres", "postmaster.pid"),
                TestContext.Current.CancellationToken
            )
        )[0];

    private static Task<PrivatePostgres> StartAsync(string folder) =>
        PrivatePostgres.StartAsync(folder, durable: false, TestContext.Current.CancellationToken);
}
