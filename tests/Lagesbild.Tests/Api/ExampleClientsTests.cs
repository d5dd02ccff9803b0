using System.Globalization;
using System.Net;
using Lagesbild.Api;
using Lagesbild.Catalogue;
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
        var picture = await PictureAsync();
        await using var app = await StartAsync(picture);
        var address = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Select(one => new Uri(one))
            .Single();
        string[] arguments =
        [
            FormattableString.Invariant($"https://localhost:{address.Port}"),
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

        var client = await CompileAsync(app.Services);
        (exit, output) = await OtherPrograms.RunAsync("node", [client, .. arguments]);
        Assert.True(exit == 0, output);
        Assert.Equal(expected, output.TrimEnd().Split('\n'));
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
                    figures
                        .FindRow(Place.Of(row.Unit), new TableQuery(figures, Period.Days365) { Home = home })
                        ?.Home?.Word == ComparedWith.Shorter
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

    // The types come out of the contract as it is served; a client that does not fit them does not compile.
    private async Task<string> CompileAsync(IServiceProvider services)
    {
        var contract = Path.Combine(_folder, "openapi.json");
        await File.WriteAllBytesAsync(
            contract,
            await OpenApiResource.WriteAsync(services, "json", TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken
        );
        var (exit, output) = await OtherPrograms.PackageAsync(
            "openapi-typescript/bin/cli.js",
            contract,
            "-o",
            Path.Combine(_folder, "contract.ts")
        );
        Assert.True(exit == 0, output);
        File.Copy(Path.Combine(Examples, "nearest.ts"), Path.Combine(_folder, "nearest.mts"));
        (exit, output) = await OtherPrograms.PackageAsync(
            "typescript/bin/tsc",
            "--strict",
            "--target",
            "es2022",
            "--module",
            "es2022",
            "--moduleResolution",
            "bundler",
            "--typeRoots",
            Path.Combine(Checkout.Root, "tests", "npm", "node_modules", "@types"),
            "--types",
            "node",
            Path.Combine(_folder, "nearest.mts")
        );
        Assert.True(exit == 0, output);
        return Path.Combine(_folder, "nearest.mjs");
    }

    private static async Task<Picture.Picture> PictureAsync()
    {
        var catalogue = ProcedureCatalogue.Load();
        var name = "SPOR_2026-11-21.zip";
        await using var file = File.OpenRead(Path.Combine(Checkout.Root, "ingest-samples", "accepted", name));
        var read = SourceReaders.Standard.Read(
            name,
            file,
            new ReadContext(catalogue, new DateOnly(2026, 11, 22), true, null),
            null,
            TestContext.Current.CancellationToken
        );
        var contents = read.Contents!;
        return new Picture.Picture(
            "sample",
            ApiHost.Now,
            catalogue,
            [
                SourcePicture.Build(
                    contents,
                    new PictureSource(
                        contents.Source,
                        contents.Version.ReferenceDate,
                        1,
                        true,
                        name,
                        read.Sha256,
                        ApiHost.Now,
                        ApiHost.Now,
                        contents.Counts.Units,
                        contents.Counts.Operations
                    ),
                    catalogue
                ),
            ]
        );
    }

    private async Task<WebApplication> StartAsync(Picture.Picture picture)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(_pki.Pki.Configuration);
        builder.Logging.ClearProviders();
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
        app.UseApi();
        app.UseSecurity();
        app.MapApi();
        app.Services.GetRequiredService<CurrentPicture>().Swap(picture);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
