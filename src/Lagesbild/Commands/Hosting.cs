using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Pages;
using Lagesbild.Picture;
using Lagesbild.Security;

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
            }
        );
        builder.Configuration.AddEnvironmentVariables("Lagesbild__");
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
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ProcedureCatalogue.Load());
        builder.Services.AddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.Services.AddSingleton<Readiness>();
        builder.AddLedger();
        builder.AddJobs();
        builder.AddSecurity(demoDoor: listeners.DemoDoor is not null);
        builder.AddApi();
        builder.AddPages();

        var app = builder.Build();
        app.MapManagement();
        app.UseApi();
        app.UseSecurity();
        app.MapApi();
        app.MapPages();
        return app;
    }
}
