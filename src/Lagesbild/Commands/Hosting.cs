using System.Net.Sockets;
using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Pages;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Lagesbild.Commands;

/// <summary>The one place where the slices become a running program; <c>serve</c>, <c>demo</c> and the tests all use it.</summary>
public static class Hosting
{
    /// <summary>A builder with configuration, logging and what the slices share; nothing is listening yet.</summary>
    /// <param name="environment">Production for <c>serve</c> unless the environment says otherwise.</param>
    /// <param name="settings">Wins over appsettings.json and the environment.</param>
    public static WebApplicationBuilder CreateBuilder(
        string? environment = null,
        IEnumerable<KeyValuePair<string, string?>>? settings = null
    )
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                ApplicationName = typeof(Hosting).Assembly.GetName().Name,
                // appsettings.json and wwwroot lie beside the program, wherever it is started from.
                ContentRootPath = AppContext.BaseDirectory,
                EnvironmentName = environment,
                // Changes hold after a restart; whoever watches for them is woken by all that is written below that folder.
                Args = ["--hostBuilder:reloadConfigOnChange=false"],
            }
        );
        Settings.TakeOver(builder.Configuration);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Host.UseDefaultServiceProvider(options =>
        {
            options.ValidateOnBuild = true;
            options.ValidateScopes = true;
        });
        builder.WebHost.UseStaticWebAssets();
        return builder;
    }

    /// <summary>The whole service.</summary>
    public static WebApplication Build(WebApplicationBuilder builder, Listeners listeners)
    {
        builder.WebHost.ConfigureKestrel(listeners.Apply);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ProcedureCatalogue.Load());
        builder.Services.TryAddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.Services.AddSingleton<Readiness>();
        builder.AddLedger();
        builder.AddJobs(quartz => quartz.ScheduleRevocationLists());
        builder.AddSecurity(demoDoor: listeners.DemoDoor is not null);
        builder.AddApi();
        builder.AddPages();
        builder.Services.AddHostedService<Telemetry>();
        // No endpoint is chosen by content coding here, and the platform's policy for it throws on `identity;q=0`.
        foreach (
            var policy in builder
                .Services.Where(s => s.ImplementationType?.Name == "ContentEncodingNegotiationMatcherPolicy")
                .ToList()
        )
        {
            builder.Services.Remove(policy);
        }

        var app = builder.Build();
        app.MapManagement();
        app.MapVisitors();
        return app;
    }

    /// <summary>
    /// All that visitors meet, in its order: the short way to what is kept, a name for each request, what every answer of the
    /// API carries, the gate, the API, the pages.
    /// </summary>
    internal static void MapVisitors(this WebApplication app)
    {
        FindKept[] kept =
        [
            app.Services.GetRequiredService<ResponseCache>().Find,
            app.Services.GetRequiredService<PageCache>().Find,
        ];
        app.UseShortWay(kept);
        app.UseTraces();
        app.UseApi();
        app.UseSecurity(kept);
        app.MapApi();
        app.MapPages();
    }

    /// <summary>Starts listening.</summary>
    /// <exception cref="CommandFailedException">A port is taken, or not ours to take.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        await Rehearsal.OnceAsync();
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            // "Failed to bind to address http://127.0.0.1:5080: address already in use."
            throw new CommandFailedException(
                $"A port was taken by another program a moment ago: start again, or choose another. {failure.Message}",
                exitCode: 1
            );
        }
        catch (SocketException failure)
        {
            throw new CommandFailedException($"An address cannot be listened on: {failure.Message}.", exitCode: 1);
        }

        _ = Task.Run(() => Rehearsal.AgainAsync(app.Lifetime.ApplicationStopping), CancellationToken.None);
        var retention = app.Services.GetRequiredService<RetentionOptions>();
        if (retention.Days is { } days)
        {
            app.Logger.LogInformation(
                "Retention: content is erased {Days} days after it was superseded, by {Decision}",
                days,
                retention.Decision
            );
        }
        else
        {
            app.Logger.LogInformation("Retention: nothing is decided, so nothing is erased");
        }
    }

    /// <summary>Makes a folder if it is missing, and tries to write in it.</summary>
    /// <exception cref="CommandFailedException">It cannot be used; says what names it.</exception>
    public static void RequireWritable(string folder, string namedBy, int exitCode)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var trial = new FileStream(
                Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                bufferSize: 0,
                FileOptions.DeleteOnClose
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                $"{namedBy}: the folder {folder} cannot be written: {failure.Message}",
                exitCode
            );
        }
    }
}
