using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lagesbild.Security;

/// <summary>Who asked for what, when, and what came of it.</summary>
/// <param name="Trace">Its span is the line's id.</param>
/// <param name="Target">Path and query, as they were sent.</param>
/// <param name="More">How many requests of the same caller, beyond his allowance, are not written but counted here.</param>
internal readonly partial record struct AuditEntry(
    DateTimeOffset Time,
    RequestTrace Trace,
    Caller? Caller,
    string? Thumbprint,
    string Method,
    string Target,
    int Status,
    int? Rows,
    string? Reason,
    int More = 0
)
{
    private const int LongestPath = 1_000;
    private const int LongestQuery = 2_000;

    /// <summary>Path and query each, of those who were not let in: they have seen nothing.</summary>
    private const int LongestOfStrangers = 200;

    private static readonly FrozenSet<string> Methods = FrozenSet.Create(
        // As routing sees them: get is answered, so it is said.
        StringComparer.OrdinalIgnoreCase,
        HttpMethods.Get,
        HttpMethods.Head,
        HttpMethods.Post,
        HttpMethods.Put,
        HttpMethods.Patch,
        HttpMethods.Delete,
        HttpMethods.Options,
        HttpMethods.Trace,
        HttpMethods.Connect
    );

    /// <summary>In the place of what may be a personal identity number.</summary>
    public const string Hidden = "[hidden]";

    /// <summary>Who asked. The writer's own encoder leaves nothing but printable ASCII as it is.</summary>
    public void WriteCallerTo(Utf8JsonWriter json)
    {
        json.WriteString("hsaId", Caller?.HsaId);
        json.WriteString("organisation", Caller?.Organisation);
        json.WriteString("kind", Caller is null ? null : KindOf(Caller.Kind));
        json.WriteString("issuer", Caller?.Issuer);
        json.WriteString("thumbprint", Caller?.Thumbprint ?? Thumbprint);
    }

    /// <summary>What he asked for, as it may be shown.</summary>
    public void WriteQuestionTo(Utf8JsonWriter json)
    {
        var (path, query) = Shown(Target);
        var (longestPath, longestQuery) = Caller is null
            ? (LongestOfStrangers, LongestOfStrangers)
            : (LongestPath, LongestQuery);
        json.WriteString("method", Methods.Contains(Method) ? Method : Hidden);
        json.WriteString("path", Cut(path, longestPath));
        json.WriteString("query", query is null ? null : Cut(query, longestQuery));
    }

    private static string KindOf(CallerKind kind) => kind == CallerKind.Person ? "person" : "function";

    /// <summary>There may be a personal identity number in an escaped path.</summary>
    public static bool Hides(string path) => Shown(path).Path.Contains(Hidden, StringComparison.Ordinal);

    private static (string Path, string? Query) Shown(string target)
    {
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? target : target[..end];
        var query = end < 0 ? null : target[(end + 1)..];
        // As nearly always: there is nothing in it to hide.
        if (!target.Contains('%', StringComparison.Ordinal) && Digits(target) < 10)
            return (path, query);
        var segments = path.Split('/').Select(segment => new Piece(segment, IsOrdinary: false)).ToList();
        var pairs = (query ?? "")
            .Split('&')
            .Select(pair =>
                pair.Split('=', 2).Select(half => new Piece(half, IsOrdinary: Ordinary().IsMatch(pair))).ToList()
            )
            .ToList();
        var all = segments.Concat(pairs.SelectMany(pair => pair)).ToList();
        var ordinary = all.Where(piece => piece.IsOrdinary).Sum(piece => piece.Digits);
        var others = all.Where(piece => !piece.IsOrdinary).Sum(piece => piece.Digits);
        // A number may be spread over several pieces; the day of a birth is not a usual part of a question.
        var (hidesOthers, hidesAll) = (others >= 10, others >= 6 && others + ordinary >= 10);
        return (
            string.Join('/', segments.Select(TextOf)),
            query is null ? null : string.Join('&', pairs.Select(pair => string.Join('=', pair.Select(TextOf))))
        );

        string TextOf(Piece piece) =>
            piece.Digits > 0 && (piece.IsOrdinary ? hidesAll && !hidesOthers : hidesOthers || hidesAll)
                ? Hidden
                : piece.Text;
    }

    /// <summary>A segment of the path, or one side of a pair in the query.</summary>
    private readonly record struct Piece(string Text, bool IsOrdinary)
    {
        /// <summary>In whatever script, and however spread or escaped; none in the service's own identifiers.</summary>
        public int Digits { get; } = DigitsOf(Text);

        private static int DigitsOf(string text)
        {
            // Escapes of escapes too: whoever looks up a line may unescape it as often as he likes.
            var read = text;
            while (Uri.UnescapeDataString(read) is var next && next.Length < read.Length)
                read = next;
            return IsOwnIdentifier(read) ? 0 : AuditEntry.Digits(read);
        }
    }

    private static bool IsOwnIdentifier(string text) =>
        DeliveryOrVersion().IsMatch(text)
        || HsaId.Strict().IsMatch(text) && text[4] >= '2' && Digits(text.AsSpan(13)) < 10
        || (Uuid().IsMatch(text) || Sha256().IsMatch(text))
            && !PersonalNumbers.AreIn(text.Replace("-", "", StringComparison.Ordinal));

    private static int Digits(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var rune in text.EnumerateRunes())
            if (Rune.IsNumber(rune))
                digits++;
        return digits;
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    // What a delivery's file is called, and the API's version.
    [GeneratedRegex(
        @"\A([A-Z]{2,12}_20[2-9][0-9]-[0-9]{2}-[0-9]{2}(_[0-9]{1,3})?(\.[a-z0-9]{1,8}){0,3}|v[0-9])\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex DeliveryOrVersion();

    // Version 7, of this century's first half: what the service gives its deliveries and pictures.
    [GeneratedRegex(@"\A01[89a-f][0-9a-f]{5}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")]
    private static partial Regex Uuid();

    // A delivery's; one without letters is none.
    [GeneratedRegex(@"\A(?=.*[a-f].*[a-f].*[a-f])[0-9a-f]{64}\z")]
    private static partial Regex Sha256();

    // The short numbers of ordinary questions, of which there may be many.
    [GeneratedRegex(
        @"\A((region|hemma|compareWith)=[0-9]{2}|(near|kommun)=[0-9]{4}|(maxDistanceKm|km|minCount|minAsa34Count|limit|page|sida|dagar)=[0-9]{1,4}|period=[0-9]{2,3}d|(timeLimit|urval)=[a-z0-9-]{1,16}|sort=-?[A-Za-z]+[0-9]{2}[A-Za-z]*)\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Ordinary();
}
