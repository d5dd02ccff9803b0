using System.Globalization;
using Lagesbild.Deliveries;
using Lagesbild.Jobs;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Lagesbild.Commands;

/// <summary>
/// What is configured: in appsettings.json, and in the environment's <c>Lagesbild__…</c>. Nobody else's keys stand there, so one
/// that nothing reads is a misspelt one. Keys, and what their values look like, are judged here, by the types that they are read
/// into; what a value means is for its owner to say.
/// </summary>
internal static class Settings
{
    private const string File = "appsettings.json";
    private const string Prefix = "Lagesbild__";
    private const string Ledger = "ConnectionStrings__Lagesbild";
    private const string Telemetry = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private sealed record Sections(
        ConnectionSection ConnectionStrings,
        ContactsSection Contacts,
        DeliveriesOptions Deliveries,
        IReadOnlyDictionary<string, FreshnessLimits> Freshness,
        InboxOptions Inbox,
        LimitOptions Limits,
        ListenSection Listen,
        LoggingSection Logging,
        RetentionOptions Retention,
        SecurityOptions Security
    );

    private sealed record ConnectionSection(string Lagesbild);

    private sealed record ContactsSection(string Path);

    private sealed record ListenSection(string Https, string Management);

    private sealed record LoggingSection(IReadOnlyDictionary<string, LogLevel> LogLevel);

    private static string[] Sources => [.. SourceReaders.Standard.All.Select(r => r.Source.Code)];

    /// <summary>
    /// Leaves out of the framework's sources what nobody is told of: the environment without the prefix, files of other names.
    /// </summary>
    public static void TakeOver(ConfigurationManager configuration)
    {
        foreach (
            var source in configuration
                .Sources.Where(s =>
                    s is EnvironmentVariablesConfigurationSource or JsonConfigurationSource { Path: not File }
                )
                .ToList()
        )
        {
            configuration.Sources.Remove(source);
        }

        configuration.AddInMemoryCollection([
            .. ((string[])[Ledger, Telemetry])
                .Where(key => Environment.GetEnvironmentVariable(key) is not null)
                .Select(key =>
                    KeyValuePair.Create(
                        key.Replace("__", ":", StringComparison.Ordinal),
                        Environment.GetEnvironmentVariable(key)
                    )
                ),
        ]);
        configuration.AddEnvironmentVariables(Prefix);
    }

    /// <exception cref="CommandFailedException">Names every key that cannot be used, and what is allowed.</exception>
    public static void RequireKnown()
    {
        var given = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, File), optional: true)
            .AddEnvironmentVariables(Prefix)
            .Build();
        List<string> problems =
        [
            .. Among(given.GetChildren(), KeysOf(typeof(Sections))),
            .. Among(given.GetSection("Freshness").GetChildren(), Sources),
            .. Among(given.GetSection("Security:Registers").GetChildren(), Sources),
            .. typeof(Sections).GetProperties().SelectMany(s => Problems(given.GetSection(s.Name), s.PropertyType)),
        ];
        if (
            Environment.GetEnvironmentVariable(Telemetry) is { } endpoint
            && !string.IsNullOrWhiteSpace(endpoint)
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https"))
        )
        {
            problems.Add($"{Telemetry} must be an address that begins with http:// or https://.");
        }

        if (problems.Count > 0)
        {
            throw new CommandFailedException(string.Join(" ", problems));
        }
    }

    private static IEnumerable<string> Problems(IConfigurationSection section, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var children = section.GetChildren().ToList();
        if (FormOf(type) is var (isGood, words))
        {
            return children.Count > 0 || (section.Value is { Length: > 0 } value && !isGood(value))
                ? [$"{NameOf(section)} must be {words}."]
                : [];
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            return
            [
                type.IsGenericType
                    ? $"{NameOf(section)} holds several values: set {NameOf(section)}__{(IsList(type) ? "0" : "NAME")} and so on."
                    : $"{NameOf(section)} has no value of its own; there is {string.Join(", ", KeysOf(type))}.",
            ];
        }

        return type.IsGenericType
            ?
            [
                .. children
                    .Where(child => IsList(type) && !child.Key.All(char.IsAsciiDigit))
                    .Select(child => $"{NameOf(child)} is not known; the values of a list are numbered, from 0."),
                .. children.SelectMany(child => Problems(child, type.GetGenericArguments()[^1])),
            ]
            :
            [
                .. Among(children, KeysOf(type)),
                .. type.GetProperties().SelectMany(p => Problems(section.GetSection(p.Name), p.PropertyType)),
            ];
    }

    /// <summary>What a single value of a type looks like; null for what is made up of several.</summary>
    private static (Predicate<string> IsGood, string Words)? FormOf(Type type) =>
        type == typeof(string) ? (_ => true, "one value")
        : type == typeof(bool) ? (text => bool.TryParse(text, out _), "true or false")
        : type == typeof(int)
            ? (
                text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
                "a whole number, such as 5"
            )
        : type == typeof(double)
            ? (
                text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
                "a number, such as 100 or 0.5"
            )
        : type == typeof(TimeSpan)
            ? (
                // Else 30 would be so many days.
                text =>
                    text.Contains(':', StringComparison.Ordinal)
                    && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out _),
                "a time written hh:mm:ss, such as 00:00:30"
            )
        : type.IsEnum
            ? (
                text => Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase),
                "one of " + string.Join(", ", Enum.GetNames(type))
            )
        : null;

    private static bool IsList(Type type) => type.GetGenericArguments().Length == 1;

    private static string[] KeysOf(Type type) => [.. type.GetProperties().Select(p => p.Name)];

    private static IEnumerable<string> Among(IEnumerable<IConfigurationSection> sections, string[] known) =>
        sections
            .Where(section => !known.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            .Select(section => $"{NameOf(section)} is not known; there is {string.Join(", ", known)}.");

    private static string NameOf(IConfigurationSection section) =>
        Prefix + section.Path.Replace(":", "__", StringComparison.Ordinal);
}
