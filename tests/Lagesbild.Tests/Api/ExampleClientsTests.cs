using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lagesbild.Api;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Statistics;
using Lagesbild.Tests.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Api;

/// <summary>The clients of docs/examples, as a region's system would run them: with a function certificate.</summary>
public sealed class ExampleClientsTests : IDisposable
{
    private static readonly string Examples = Path.Combine(Checkout.Root, "docs", "examples");

    private readonly PkiFixture _pki = new();
    private readonly string _folder = Directory
        .CreateDirectory(Path.Combine(AppContext.BaseDirectory, "clients", Guid.NewGuid().ToString("N")))
        .FullName;

    public void Dispose()
    {
        _pki.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Both_clients_find_the_three_nearest_shorter_waits()
    {
        var picture = AcceptedPicture.Build("SPOR_2026-11-21.zip");
        await using var app = await StartAsync(picture);
        string[] arguments =
        [
            AddressOf(app).GetLeftPart(UriPartial.Authority),
            _pki.Pki.CertificateFile("ca/root"),
            _pki.Pki.CertificateFile("region-system"),
            _pki.Pki.KeyFile("region-system"),
        ];
        var expected = Expected(picture);
        Assert.Equal(3, expected.Count);

        var (exit, output) = await OtherPrograms.RunAsync(
            "python3",
            [Path.Combine(Examples, "nearest.py"), .. arguments]
        );
        Assert.True(exit == 0, output);
        Assert.Equal(expected, output.TrimEnd().Split('\n'));

        output = await AsItsHeaderSaysAsync(arguments);
        Assert.Equal(expected, output.TrimEnd().Split('\n'));

        // An exploded object is asked with its members.
        (exit, output) = await OtherPrograms.RunAsync(
            "node",
            "-e",
            """
            const made = require("node:fs").readFileSync(process.argv[1], "utf8");
            const address = eval(`(${/function address[^]*?\n}/.exec(made)[0]})`);
            console.log(address("/waiting-times", { procedure: ["NGB", "NFB"], minAsa: { minAsa34Count: 5 }, limit: 2 }));
            """,
            Path.Combine(_folder, "nearest.mjs")
        );
        Assert.True(exit == 0, output);
        Assert.Equal(
            "/lagesbild/v1/waiting-times?procedure=NGB&procedure=NFB&minAsa34Count=5&limit=2",
            output.TrimEnd()
        );
    }

    /// <summary>And what stops it is told on one line: a certificate that is not accepted, a file that is not there, no service.</summary>
    [Theory]
    [InlineData("python3", "nearest.py")]
    [InlineData("node", "nearest.mts")]
    public async Task Without_arguments_a_client_tells_its_usage_and_what_stops_it_is_one_line(
        string program,
        string client
    )
    {
        await using var app = await StartAsync(AcceptedPicture.Build("SPOR_2026-11-21.zip"));
        var file = Path.Combine(Examples, client);
        if (program == "node")
        {
            file = await WithoutTypesAsync(file);
        }

        var (exit, output) = await OtherPrograms.RunAsync(program, file);
        Assert.Equal(2, exit);
        Assert.StartsWith("The three nearest units", output, StringComparison.Ordinal);
        Assert.EndsWith(" https://HOST root.pem system.pem system.key", output.TrimEnd(), StringComparison.Ordinal);

        var host = AddressOf(app).GetLeftPart(UriPartial.Authority);
        var root = _pki.Pki.CertificateFile("ca/root");
        string[] nobody = [_pki.Pki.CertificateFile("bad/level-2"), _pki.Pki.KeyFile("bad/level-2")];
        foreach (
            var (arguments, told) in ((string[], string)[])
                [
                    ([host, root, .. nobody], "403 urn:lagesbild:problem:level-of-assurance: "),
                    ([host, Path.Combine(_folder, "none.pem"), .. nobody], ""),
                    (["https://localhost:1", root, .. nobody], ""),
                ]
        )
        {
            (exit, output) = await OtherPrograms.RunAsync(program, [file, .. arguments]);
            Assert.Equal(1, exit);
            Assert.StartsWith(told, output, StringComparison.Ordinal);
            Assert.NotEmpty(output.Trim());
            Assert.Single(output.TrimEnd().Split('\n'));
        }
    }

    [Fact]
    public async Task What_is_refused_before_the_api_is_asked_is_of_the_contract_too()
    {
        await using var app = await StartAsync(AcceptedPicture.Build("SPOR_2026-11-21.zip"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(_pki.Pki.CertificateFile("ca/root")) },
        };
        using var client = new HttpClient(handler) { BaseAddress = AddressOf(app) };
        var contract = new ContractCheck(
            JsonNode
                .Parse(
                    await client.GetStringAsync("/lagesbild/v1/openapi.json", TestContext.Current.CancellationToken)
                )!
                .AsObject()
        );
        const string path = "/lagesbild/v1/waiting-times?procedure=NGB";
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("certificate-missing", (string?)JsonNode.Parse(body)!["reason"]);
        contract.Check(HttpMethod.Get, new Uri(client.BaseAddress!, path), response, body);
    }

    // Node of some versions does it by itself.
    private async Task<string> WithoutTypesAsync(string file)
    {
        var made = Path.Combine(_folder, "nearest.mjs");
        var (exit, output) = await OtherPrograms.RunAsync(
            "node",
            "-e",
            """
            const [from, to] = process.argv.slice(1);
            const fs = require("node:fs");
            const options = { compilerOptions: { module: "esnext", target: "es2022" } };
            fs.writeFileSync(to, require("typescript").transpileModule(fs.readFileSync(from, "utf8"), options).outputText);
            """,
            file,
            made
        );
        Assert.True(exit == 0, output);
        return made;
    }

    private static Uri AddressOf(WebApplication app)
    {
        var listening = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Select(one => new Uri(one))
            .Single();
        return new Uri(FormattableString.Invariant($"https://localhost:{listening.Port}"));
    }

    // Worked out without the API, from the figures themselves.
    private static List<string> Expected(Picture.Picture picture)
    {
        var figures = picture.FindProcedure("NGB")!;
        var home = Place.Of(picture.Catalogue.FindRegion("23")!);
        var there = figures.FindFigure(home, Period.Days365, 0)!.Value;
        var ostersund = picture.Catalogue.FindMunicipality("2380")!;
        return
        [
            .. figures
                .Units.Select(unit =>
                    (Unit: unit, Figure: figures.FindFigure(Place.Of(unit), Period.Days365, 0)!.Value)
                )
                .Where(row =>
                    figures.FindRow(Place.Of(row.Unit), new TableQuery(Period.Days365) { Home = home })?.Home?.Word
                    == ComparedWith.Shorter
                )
                .OrderBy(row => row.Unit.Municipality.DistanceKm(ostersund))
                .Take(3)
                .Select(row =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{row.Unit.Name}: {Math.Floor(row.Figure.MedianDays!.Value)} days, "
                    )
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Math.Floor(there.MedianDays!.Value - row.Figure.MedianDays.Value + 0.5)} shorter, "
                    )
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Math.Round(row.Unit.Municipality.DistanceKm(ostersund), 1)} km away, {row.Figure.Count} operations"
                    )
                ),
        ];
    }

    // The commands are those that the file prints, but for the installation, which the tests' own packages stand for.
    private async Task<string> AsItsHeaderSaysAsync(string[] arguments)
    {
        const string client = "nearest.mts";
        File.Copy(Path.Combine(Examples, client), Path.Combine(_folder, client));
        foreach (var (name, file) in ((string[])["root.pem", "system.pem", "system.key"]).Zip(arguments[1..]))
        {
            File.Copy(file, Path.Combine(_folder, name));
        }

        Directory.CreateSymbolicLink(
            Path.Combine(_folder, "node_modules"),
            Path.Combine(Checkout.Root, "tests", "npm", "node_modules")
        );
        const string printed = "//   ";
        var commands = (await File.ReadAllLinesAsync(Path.Combine(_folder, client)))
            .Where(line => line.StartsWith(printed, StringComparison.Ordinal))
            .Select(line => line[printed.Length..].Replace("https://HOST", arguments[0], StringComparison.Ordinal))
            .ToList();
        Assert.Equal(4, commands.Count);
        Assert.Equal("npm install openapi-typescript typescript@5 @types/node", commands[0]);
        var last = "";
        foreach (var command in commands[1..])
        {
            var (exit, output) = await OtherPrograms.RunAsync("bash", "-c", $"cd '{_folder}' && {command}");
            Assert.True(exit == 0, $"{command}\n{output}");
            last = output;
        }

        return last;
    }

    private async Task<WebApplication> StartAsync(Picture.Picture picture)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(_pki.Pki.Configuration);
        builder.Configuration.AddInMemoryCollection([new("Logging:LogLevel:Default", "Critical")]);
        // Somebody must listen for there to be a trace.
        builder.Logging.ClearProviders().AddConsole();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenWithCertificates(new IPEndPoint(IPAddress.Loopback, 0))
        );
        builder.Services.AddSingleton(picture.Catalogue);
        builder.Services.AddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.Services.AddSingleton(RetentionOptions.Read(builder.Configuration));
        builder.AddSecurity(demoDoor: false);
        builder.AddApi();
        var app = builder.Build();
        app.UseTraces();
        app.UseApi();
        app.UseSecurity();
        app.MapApi();
        app.Services.GetRequiredService<CurrentPicture>().Swap(picture);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
