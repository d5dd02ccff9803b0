using System.Diagnostics;
using Lagesbild.Security;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Commands;

/// <summary>The real program where it may not write: what is committed stays so, and is cleared away when it may again.</summary>
public sealed class NoRoomTests
{
    private static readonly DateOnly Day = new(2026, 1, 13);

    // No file may grow, as on a disk without room; the runtime's own executable memory is a file too.
    private const string FullDisk = "trap '' XFSZ; ulimit -f 0; export DOTNET_EnableWriteXorExecute=0; exec";

    // Root may write everywhere, but for this.
    private static readonly string Plainly = Environment.IsPrivilegedProcess
        ? "exec setpriv --bounding-set=-dac_override --"
        : "exec";

    [Fact]
    public async Task On_a_full_disk_a_delivery_is_published_once_and_cleared_away_when_there_is_room()
    {
        using var folder = new TestFolder();
        await using var node = await Node.CreateAsync();
        var environment = Serving.Environment(node, DevelopmentPki.Open(folder.Inside("certs"), TimeProvider.System));
        var delivery = node.HandIn(SmallDelivery.Ncr(Day));
        // What keeps the revocation lists has a test of its own.
        KeyValuePair<string, string?>[] withoutLists = [.. environment, new("Lagesbild__Security__Revocation", "None")];
        using (var full = Serving.Under(FullDisk, withoutLists))
        {
            // It says so at each pass, and goes on.
            await full.ReadUntilAsync("could not be settled now");
            await full.ReadUntilAsync("could not be settled now");
            await full.KillAsync();
        }

        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
        Assert.True(File.Exists(Path.Combine(node.InboxFolder, "NCR", delivery.FileName)));
        await AssertClearedAwayAsync(node, environment, delivery);
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_keeps_its_file_which_is_recorded_once()
    {
        using var folder = new TestFolder();
        await using var node = await Node.CreateAsync();
        var environment = Serving.Environment(node, DevelopmentPki.Open(folder.Inside("certs"), TimeProvider.System));
        var delivery = node.HandIn(SmallDelivery.Ncr(Day));
        var inbox = Path.Combine(node.InboxFolder, "NCR");
        Mode(inbox, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using (var readOnly = Serving.Under(Plainly, environment))
        {
            await readOnly.ReadUntilAsync("could not be settled now (UnauthorizedAccessException");
            await readOnly.ReadUntilAsync("could not be settled now (UnauthorizedAccessException");
            Assert.Equal(1, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM deliveries"));
            Mode(inbox, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // The same process, as soon as it may.
            await Eventually.IsTrueAsync(() => Task.FromResult(!File.Exists(Path.Combine(inbox, delivery.FileName))));
            await readOnly.KillAsync();
        }

        await AssertClearedAwayAsync(node, environment, delivery);
    }

    private static void Mode(string folder, UnixFileMode mode)
    {
        Debug.Assert(!OperatingSystem.IsWindows());
        File.SetUnixFileMode(folder, mode);
    }

    private static async Task AssertClearedAwayAsync(
        Node node,
        IEnumerable<KeyValuePair<string, string?>> environment,
        SmallDelivery delivery
    )
    {
        var accepted = Path.Combine(node.InboxFolder, "NCR", "accepted", delivery.FileName);
        using (var serving = Program.Start(environment, "serve"))
        {
            var reading = serving.StandardOutput.ReadToEndAsync();
            await Eventually.IsTrueAsync(() => Task.FromResult(File.Exists(accepted)));
            await serving.KillAsync();
            await reading;
        }

        Assert.Equal(delivery.Content, await File.ReadAllBytesAsync(accepted, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(accepted + ".receipt.json"));
        Assert.Equal($"{delivery.FileName} published", await node.StatesAsync());
        Assert.Equal(1, await TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM publications"));
    }
}
