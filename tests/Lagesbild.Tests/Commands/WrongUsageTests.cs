using System.Net;
using System.Net.Sockets;
using Lagesbild.Commands;
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
    [InlineData("Lagesbild__Inbox__Every", "00:00:00", "Inbox:Every")]
    [InlineData("Lagesbild__Deliveries__AllowSynthetic", "true", "Deliveries:AllowSynthetic")]
    [InlineData(
        "Lagesbild__Listen__Management",
        "somewhere",
        "Lagesbild__Listen__Management must be an address and a port, such as 127.0.0.1:5081."
    )]
    [InlineData("Lagesbild__Inbox__Path", "/proc/no/such", "Lagesbild__Inbox__Path")]
    [InlineData("Lagesbild__Freshness__SPOOR__LateDays", "2", "Lagesbild__Freshness__SPOOR")]
    [InlineData("Lagesbild__Security__Registers__XXX__0", "SE1", "Lagesbild__Security__Registers__XXX")]
    [InlineData("Lagesbild__Securty__Roots__0", "x", "Lagesbild__Securty")]
    [InlineData("Lagesbild__Listen__Htps", "127.0.0.1:0", "Lagesbild__Listen__Htps")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("ConnectionStrings__Lagesbild", "Hosst=x", "ConnectionStrings__Lagesbild is no PostgreSQL connection")]
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

    [Theory]
    [InlineData("Inbox__Every", "5x", "must be a time written hh:mm:ss, such as 00:00:30")]
    [InlineData("Inbox__QuietTime", "31", "must be a time written hh:mm:ss, such as 00:00:30")] // no days
    [InlineData("Security__RevocationLists__Every", "24:00:00", "must be a time written hh:mm:ss, such as 00:00:30")]
    [InlineData("Freshness__SPOR__LateDays", "two", "must be a whole number, such as 5")]
    [InlineData("Retention__Days", "many", "must be a whole number, such as 5")]
    [InlineData("Limits__RequestsPerSecond", "1,5", "must be a number, such as 100 or 0.5")]
    [InlineData("Deliveries__AllowSynthetic", "perhaps", "must be true or false")]
    [InlineData("Security__Revocation", "Sometimes", "must be one of Lists, None")]
    [InlineData("Security__Issuers__0__Kind", "dog", "must be one of Person, Function")]
    [InlineData("Logging__LogLevel__Default", "Loud", "must be one of Trace, Debug,")]
    [InlineData("Inbox__Path__0", "hemlig", "Lagesbild__Inbox__Path must be one value")]
    [InlineData("Security__Readers", "hemlig", "holds several values: set Lagesbild__Security__Readers__0 and so on")]
    [InlineData("Security__Readers__first", "hemlig", "is not known; the values of a list are numbered, from 0")]
    [InlineData("Security__Proxy", "nginx", "has no value of its own; there is Addresses, Header, Form")]
    [InlineData("Security__Proxy__Formm", "hemlig", "is not known; there is Addresses, Header, Form")]
    [InlineData("Inbox__Quiettimes", "00:00:11", "is not known; there is Path, Every, QuietTime")]
    [InlineData("Limits__Bursts", "4711", "is not known; there is RequestsPerSecond, Burst,")]
    [InlineData("Freshness__SPOR__Days", "4711", "is not known; there is LateDays, StaleDays")]
    public async Task What_cannot_be_read_is_named_with_what_is_allowed_and_not_repeated(
        string key,
        string value,
        string allowed
    )
    {
        var (exitCode, _, error) = await Program.RunAsync([new("Lagesbild__" + key, value)], "serve");

        Assert.Equal(2, exitCode);
        Assert.Contains(allowed, error, StringComparison.Ordinal);
        Assert.StartsWith(error.Split(' ')[1], "Lagesbild__" + key, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain(value, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_told_all_at_once()
    {
        var (_, _, error) = await Program.RunAsync(
            [new("Lagesbild__Inbox__Every", "5x"), new("Lagesbild__Inbx", "x"), new("Lagesbild__Limits__Burst", "x")],
            "serve"
        );

        Assert.Equal(
            "lagesbild: Lagesbild__Inbx is not known; there is ConnectionStrings, Contacts, Deliveries, Freshness, Inbox, Limits, "
                + "Listen, Logging, Retention, Security. Lagesbild__Inbox__Every must be a time written hh:mm:ss, such as 00:00:30. "
                + "Lagesbild__Limits__Burst must be a whole number, such as 5.\n",
            error
        );
    }

    [Theory]
    [InlineData("Inbox__Path", "Lagesbild__Inbox__Path is not set")]
    [InlineData("ASPNETCORE_Inbox__Path", "Lagesbild__Inbox__Path is not set")]
    [InlineData("Lagesbild__Inbox__Path", "Security:Roots")] // goes on to the next one that is not set
    public async Task The_environment_is_read_under_its_prefix_only(string key, string said)
    {
        using var folder = new TestFolder();
        var (exitCode, _, error) = await Program.RunAsync(
            [new("ConnectionStrings__Lagesbild", "Host=/nowhere"), new(key, folder.FullName)],
            "serve"
        );

        Assert.Equal(2, exitCode);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_that_is_none_is_not_repeated()
    {
        using var folder = new TestFolder();
        var (_, _, error) = await Program.RunAsync(
            [
                new("ConnectionStrings__Lagesbild", "Host=x;Password=ab;hemlig=1"),
                new("Lagesbild__Inbox__Path", folder.FullName),
            ],
            "serve"
        );

        Assert.Contains("is no PostgreSQL connection string", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hemlig", error, StringComparison.Ordinal);
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
    public void One_port_for_two_listeners_is_named_by_both()
    {
        IPEndPoint At(IPAddress address, int port) => new(address, port);
        var here = IPAddress.Loopback;
        (Listeners Listeners, string Names)[] wrong =
        [
            (new(At(here, 5099), At(here, 0), At(here, 5099)), "--http and --management"),
            (new(At(here, 5099), At(here, 5099), At(here, 0)), "--http and --https"),
            (
                new(null, At(IPAddress.Any, 5099), At(here, 5099)),
                "Lagesbild__Listen__Https and Lagesbild__Listen__Management"
            ),
        ];
        foreach (var (listeners, names) in wrong)
        {
            var failure = Assert.Throws<CommandFailedException>(listeners.RequireFree);
            Assert.StartsWith(names + " are the same port, 5099:", failure.Message, StringComparison.Ordinal);
        }

        new Listeners(At(here, 0), At(here, 0), At(here, 0)).RequireFree();
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
        Assert.Equal(
            $"lagesbild: The port of 127.0.0.1:{port} is taken by another program, perhaps a lagesbild that runs already: "
                + "stop that, or choose another with --http.\n",
            error
        );
        Assert.Equal("", output);
        Assert.False(File.Exists(folder.Inside("data", "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task A_data_folder_in_use_is_named_with_what_to_do()
    {
        using var folder = new TestFolder();
        using var held = new FileStream(
            folder.Inside("in-use.lock"),
            FileMode.Create,
            FileAccess.ReadWrite,
            FileShare.None
        );
        string[] anyPort = ["--http", "0", "--https", "0", "--management", "0"];

        var (exitCode, _, error) = await Program.RunAsync([
            "demo",
            "--deliveries",
            folder.FullName,
            "--data",
            folder.FullName,
            .. anyPort,
        ]);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"lagesbild: The data folder {folder.FullName} is in use by another lagesbild that is still running: stop that one "
                + "(Ctrl-C where it was started), or choose another folder with --data.\n",
            error
        );
    }
}
