using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lagesbild.Security;

/// <summary>Who asked for what, when, and what came of it.</summary>
/// <param name="Target">Path and query, as they were sent.</param>
internal readonly partial record struct AuditEntry(
    DateTimeOffset Time,
    string TraceId,
    Caller? Caller,
    string? Thumbprint,
    string Method,
    string Target,
    int Status,
    int? Rows,
    string? Reason
)
{
    private const int LongestMethod = 20;
    private const int LongestPath = 1_000;
    private const int LongestQuery = 2_000;

    /// <summary>In the place of what may be a personal identity number.</summary>
    public const string Hidden = "[hidden]";

    // Encoded once: a busy service writes many lines.
    private static class Names
    {
        public static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");
        public static readonly JsonEncodedText TraceId = JsonEncodedText.Encode("traceId");
        public static readonly JsonEncodedText HsaId = JsonEncodedText.Encode("hsaId");
        public static readonly JsonEncodedText Organisation = JsonEncodedText.Encode("organisation");
        public static readonly JsonEncodedText Kind = JsonEncodedText.Encode("kind");
        public static readonly JsonEncodedText Issuer = JsonEncodedText.Encode("issuer");
        public static readonly JsonEncodedText Thumbprint = JsonEncodedText.Encode("thumbprint");
        public static readonly JsonEncodedText Method = JsonEncodedText.Encode("method");
        public static readonly JsonEncodedText Path = JsonEncodedText.Encode("path");
        public static readonly JsonEncodedText Query = JsonEncodedText.Encode("query");
        public static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
        public static readonly JsonEncodedText Rows = JsonEncodedText.Encode("rows");
        public static readonly JsonEncodedText Reason = JsonEncodedText.Encode("reason");
    }

    /// <summary>As one JSON object. The writer's own encoder leaves nothing but printable ASCII as it is.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        var (path, query) = ShownTarget();
        json.WriteStartObject();
        json.WriteString(Names.Time, Time.UtcDateTime);
        json.WriteString(Names.TraceId, TraceId);
        json.WriteString(Names.HsaId, Caller?.HsaId);
        json.WriteString(Names.Organisation, Caller?.Organisation);
        json.WriteString(Names.Kind, Caller is null ? null : KindOf(Caller.Kind));
        json.WriteString(Names.Issuer, Caller?.Issuer);
        json.WriteString(Names.Thumbprint, Caller?.Thumbprint ?? Thumbprint);
        json.WriteString(Names.Method, Cut(Method, LongestMethod));
        json.WriteString(Names.Path, Cut(path, LongestPath));
        json.WriteString(Names.Query, query is null ? null : Cut(query, LongestQuery));
        json.WriteNumber(Names.Status, Status);
        if (Rows is { } rows)
            json.WriteNumber(Names.Rows, rows);
        else
            json.WriteNull(Names.Rows);
        json.WriteString(Names.Reason, Reason);
        json.WriteEndObject();
    }

    private static string KindOf(CallerKind kind) => kind == CallerKind.Person ? "person" : "function";

    private (string Path, string? Query) ShownTarget()
    {
        var end = Target.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? Target : Target[..end];
        var query = end < 0 ? null : Target[(end + 1)..];
        // As nearly always: there is nothing in it to hide.
        if (!Target.Contains('%', StringComparison.Ordinal) && Digits(Target) < 10)
            return (path, query);
        return (
            string.Join('/', path.Split('/').Select(Shown)),
            query is null
                ? null
                : string.Join('&', query.Split('&').Select(pair => string.Join('=', pair.Split('=', 2).Select(Shown))))
        );
    }

    /// <summary>
    /// The text as it was sent, unless ten digits or more stand in it, in whatever script and however spread or escaped: such
    /// a text is shown only if it is one of the service's own identifiers.
    /// </summary>
    private static string Shown(string text)
    {
        if (text.Length < 10)
            return text;
        // Escapes of escapes too: whoever looks up a line may unescape it as often as he likes.
        var read = text;
        while (Uri.UnescapeDataString(read) is var next && next.Length < read.Length)
            read = next;
        return
            Digits(read) < 10
            || OwnIdentifier().IsMatch(read)
            || HsaId.Strict().IsMatch(read) && read[4] >= '2' && Digits(read.AsSpan(13)) < 10
            ? text
            : Hidden;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var rune in text.EnumerateRunes())
            if (Rune.IsNumber(rune))
                digits++;
        return digits;
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    // A UUID, a hash, a delivery's file name.
    [GeneratedRegex(
        @"\A([0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{64}|[A-Z]{2,12}_[0-9]{4}-[0-9]{2}-[0-9]{2}(_[0-9]{1,3})?(\.[a-z0-9]{1,8}){0,3})\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex OwnIdentifier();
}
