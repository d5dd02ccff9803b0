using Lagesbild.Deliveries;

namespace Lagesbild.Commands;

/// <summary>
/// The environment's <c>Lagesbild__…</c>: nobody else's, so a key that nothing reads is a misspelt one. What may stand in a
/// section, and its values, is for its owner to say.
/// </summary>
internal static class Settings
{
    private const string Prefix = "Lagesbild__";

    // Null: the owner checks its keys, or they are the framework's.
    private static readonly Dictionary<string, string[]?> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ConnectionStrings"] = ["Lagesbild"],
        ["Contacts"] = ["Path"],
        ["Deliveries"] = null,
        ["Freshness"] = Sources,
        ["Inbox"] = null,
        ["Limits"] = null,
        ["Listen"] = ["Https", "Management"],
        ["Logging"] = null,
        ["Retention"] = ["Days", "Decision"],
        ["Security"] = null,
    };

    private static string[] Sources => [.. SourceReaders.Standard.All.Select(r => r.Source.Code)];

    /// <exception cref="CommandFailedException">Names the key that cannot be used.</exception>
    public static void RequireKnown()
    {
        var given = new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build();
        foreach (var section in given.GetChildren())
        {
            if (!Sections.TryGetValue(section.Key, out var known))
            {
                throw Unknown(section, Sections.Keys);
            }

            RequireAmong(section, known);
        }

        foreach (var limits in given.GetSection("Freshness").GetChildren())
        {
            RequireAmong(limits, ["LateDays", "StaleDays"]);
        }

        RequireAmong(given.GetSection("Security:Registers"), Sources);
        if (
            Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { } endpoint
            && !string.IsNullOrWhiteSpace(endpoint)
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https"))
        )
        {
            throw new CommandFailedException(
                "OTEL_EXPORTER_OTLP_ENDPOINT must be an address that begins with http:// or https://."
            );
        }
    }

    private static void RequireAmong(IConfigurationSection section, string[]? known)
    {
        if (
            known is not null
            && section.GetChildren().FirstOrDefault(key => !known.Contains(key.Key, StringComparer.OrdinalIgnoreCase))
                is { } unknown
        )
        {
            throw Unknown(unknown, known);
        }
    }

    private static CommandFailedException Unknown(IConfigurationSection section, IEnumerable<string> known) =>
        new(
            $"{Prefix}{section.Path.Replace(":", "__", StringComparison.Ordinal)} is not known; there is {string.Join(", ", known)}."
        );
}
