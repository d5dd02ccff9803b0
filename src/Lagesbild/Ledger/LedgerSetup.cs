using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Lagesbild.Ledger;

/// <summary>Section <c>Deliveries</c>: what may be handed in at all.</summary>
public sealed record DeliveriesOptions
{
    public const string Section = "Deliveries";

    /// <summary>Invented data; only in demo and test.</summary>
    public bool AllowSynthetic { get; init; }
}

public static class LedgerSetup
{
    public static void AddLedger(this IHostApplicationBuilder builder)
    {
        var options =
            builder.Configuration.GetSection(DeliveriesOptions.Section).Get<DeliveriesOptions>()
            ?? new DeliveriesOptions();
        if (options.AllowSynthetic && builder.Environment.IsProduction())
        {
            throw Invalid(
                "Deliveries:AllowSynthetic cannot be true in Production: nobody may take invented figures for real."
            );
        }

        var connectionString = ConnectionString(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(services =>
        {
            var source = new NpgsqlDataSourceBuilder(connectionString);
            source.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>());
            return source.Build();
        });
        builder.Services.AddDbContextFactory<LedgerContext>(
            (services, context) =>
                context
                    .UseNpgsql(services.GetRequiredService<NpgsqlDataSource>())
                    // A failed command throws, and whoever catches it says so once; EF's own probing for the table of
                    // migrations fails by design.
                    .ConfigureWarnings(warnings =>
                        warnings.Log(
                            (RelationalEventId.CommandError, LogLevel.Debug),
                            (RelationalEventId.ConnectionError, LogLevel.Debug),
                            (RelationalEventId.TransactionError, LogLevel.Debug),
                            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                            (CoreEventId.SaveChangesFailed, LogLevel.Debug)
                        )
                    )
        );
        builder.Services.AddSingleton<DeliveryLedger>();
        builder.Services.AddSingleton<LedgerEntries>();
        builder.Services.TryAddSingleton(RetentionOptions.Read(builder.Configuration));
        builder.Services.AddSingleton<Retention>();
    }

    private static string ConnectionString(IConfiguration configuration)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("Lagesbild"))
            {
                ApplicationName = "lagesbild",
            }.ConnectionString;
        }
        catch (ArgumentException)
        {
            // What it complains of may be a part of a password.
            throw Invalid(
                "ConnectionStrings__Lagesbild is no PostgreSQL connection string, such as "
                    + "Host=db.example.se;Database=lagesbild;Username=lagesbild;Password=…; a value that has ; in it stands in quotation marks."
            );
        }
    }

    private static OptionsValidationException Invalid(string problem) =>
        new(DeliveriesOptions.Section, typeof(DeliveriesOptions), [problem]);
}
