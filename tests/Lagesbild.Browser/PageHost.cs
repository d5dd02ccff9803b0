using System.Net;
using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Commands;
using Lagesbild.Deliveries;
using Lagesbild.Pages;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Browser;

/// <summary>
/// The web view behind a real socket, with its real security and the demo door, and the picture that the sample
/// deliveries give.
/// </summary>
internal static class PageHost
{
    /// <summary>The morning after the samples' reference date.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    public static async Task<WebApplication> StartAsync(
        Picture.Picture? picture,
        DateTimeOffset now,
        int port,
        string? contacts,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new(Contacts.PathKey, contacts)]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAsDemoDoor(new IPEndPoint(IPAddress.Loopback, port)));
        builder.Services.AddSingleton<TimeProvider>(new StandingClock(now));
        builder.Services.AddSingleton(ProcedureCatalogue.Load());
        builder.Services.AddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.AddSecurity(demoDoor: true);
        builder.AddApi();
        builder.AddPages();
        var app = builder.Build();
        app.MapVisitors();
        if (picture is not null)
        {
            app.Services.GetRequiredService<CurrentPicture>().Swap(picture);
        }

        await app.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>Reads the deliveries as the inbox would, and builds the picture.</summary>
    public static Picture.Picture Read(string folder, CancellationToken cancellationToken)
    {
        var catalogue = ProcedureCatalogue.Load();
        var parts = new List<SourcePicture>();
        foreach (var path in Directory.EnumerateFiles(folder).Where(IsDelivery).Order(StringComparer.Ordinal))
        {
            using var content = File.OpenRead(path);
            var result = SourceReaders.Standard.Read(
                Path.GetFileName(path),
                content,
                new ReadContext(catalogue, DateOnly.FromDateTime(Now.UtcDateTime), AllowSynthetic: true),
                expectedSource: null,
                cancellationToken
            );
            var contents =
                result.Contents
                ?? throw new InvalidOperationException(
                    $"{path}: {string.Join("; ", result.Findings.Listed.Take(5).Select(f => f.Message))}"
                );
            var origin = new PictureSource(
                contents.Source,
                contents.Version.ReferenceDate,
                contents.Version.Correction,
                contents.IsSynthetic,
                result.FileName,
                result.Sha256,
                Now,
                Now,
                contents.Counts.Units,
                contents.Counts.Operations
            );
            parts.Add(SourcePicture.Build(contents, origin, catalogue));
        }

        return new Picture.Picture("browser", Now, catalogue, parts);
    }

    /// <summary>The administrator's contacts: every region, and the units that the table of a procedure begins with.</summary>
    public static IEnumerable<string> ContactRows(Picture.Picture picture, string procedure) =>
        [
            ContactList.Heading,
            .. picture.Catalogue.Regions.Select(region => $"{region.Code};010-123 {region.Code} 00;;Vardagar 8–12"),
            .. picture
                .FindProcedure(procedure)!
                .Units.Take(6)
                .Select(
                    (unit, i) => $"{unit.HsaId};010-456 0{i} 00;https://example.org/;Fråga efter operationsplaneringen"
                ),
        ];

    private static bool IsDelivery(string path) =>
        path.EndsWith(".zip", StringComparison.Ordinal) || path.EndsWith(".jsonl.gz", StringComparison.Ordinal);

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
