using System.Net;
using System.Net.Sockets;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Commands;

public sealed class WrongUsageTests
{
    public static TheoryData<string, string> WrongLines =>
        new()
        {
            { "", "Required command" },
            { "frobnicate", "frobnicate" },
            { "demo --no-such-option", "--no-such-option" },
            { "demo --http nonsense", "--http" },
            { "demo --http 70000", "--http" },
            { "demo --deliveries /no/such/folder", "/no/such/folder" },
            { "check", "FILE" },
            { "serve", "ConnectionStrings__Lagesbild" },
        };

    [Theory]
    [MemberData(nameof(WrongLines))]
    public async Task Wrong_usage_is_one_clear_line_and_exit_code_2(string line, string named)
    {
        var (exitCode, output, error) = await Program.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        Assert.Contains(named, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_key_never_starts_anything()
    {
        using var folder = new TestFolder();
        var (exitCode, _, error) = await Program.RunAsync(
            [new("ConnectionString__Lagesbild", "Host=/nowhere"), new("Lagesbild__Inbox__Path", folder.FullName)],
            "serve"
        );

        Assert.Equal(2, exitCode);
        Assert.Contains("ConnectionStrings__Lagesbild is not set", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.FullName));
    }

    [Theory]
    [InlineData("Lagesbild__Inbox__QuietTime", "soon", "Inbox:QuietTime")]
    [InlineData("Lagesbild__Inbox__Every", "00:00:00", "Inbox:Every")]
    [InlineData("Lagesbild__Inbox__Quiettimes", "00:00:10", "Quiettimes")]
    [InlineData("Lagesbild__Freshness__SPOR__LateDays", "two", "Freshness:SPOR:LateDays")]
    [InlineData("Lagesbild__Deliveries__AllowSynthetic", "true", "Deliveries:AllowSynthetic")]
    [InlineData("Lagesbild__Listen__Management", "somewhere", "Listen:Management")]
    [InlineData("Lagesbild__Inbox__Path", "/proc/no/such", "Lagesbild__Inbox__Path")]
    [InlineData("Lagesbild__Freshness__SPOOR__LateDays", "2", "Lagesbild__Freshness__SPOOR")]
    [InlineData("Lagesbild__Security__Registers__XXX__0", "SE1", "Lagesbild__Security__Registers__XXX")]
    [InlineData("Lagesbild__Securty__Roots__0", "x", "Lagesbild__Securty")]
    [InlineData("Lagesbild__Listen__Htps", "127.0.0.1:0", "Lagesbild__Listen__Htps")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("ConnectionStrings__Lagesbild", "Hosst=x", "ConnectionStrings:Lagesbild")]
    [InlineData("Lagesbild__Security__Roots__0", "/no/such/file.pem", "Security:Roots:0")]
    public async Task A_value_that_cannot_be_used_is_named_by_its_key(string key, string value, string named)
    {
        using var folder = new TestFolder();
        var (exitCode, _, error) = await Program.RunAsync(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__Lagesbild"] = "Host=/nowhere",
                ["Lagesbild__Inbox__Path"] = folder.FullName,
                [key] = value,
            },
            "serve"
        );

        Assert.Equal(2, exitCode);
        Assert.Contains(named, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        using var folder = new TestFolder();
        var file = folder.Inside("file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (exitCode, _, error) = await Program.RunAsync(
            "demo",
            "--deliveries",
            folder.FullName,
            "--data",
            Path.Combine(file, "below")
        );

        Assert.Equal(1, exitCode);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_PostgreSQL_says_what_to_install()
    {
        using var folder = new TestFolder();

        var (exitCode, _, error) = await Program.RunAsync(
            [new("LAGESBILD_POSTGRES_BIN", folder.FullName)],
            "demo",
            "--deliveries",
            folder.FullName,
            "--data",
            folder.Inside("data")
        );

        Assert.Equal(1, exitCode);
        Assert.Contains("apt-get install postgresql", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_and_nothing_stays_running()
    {
        using var folder = new TestFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Directory.CreateDirectory(folder.Inside("deliveries"));

        var (exitCode, output, error) = await Program.RunAsync(
            "demo",
            "--deliveries",
            folder.Inside("deliveries"),
            "--data",
            folder.Inside("data"),
            "--http",
            port,
            "--https",
            "0",
            "--management",
            "0"
        );

        Assert.Equal(1, exitCode);
        Assert.Contains(port, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Equal("", output);
        Assert.False(File.Exists(folder.Inside("data", "postgres", "postmaster.pid")));
    }
}
