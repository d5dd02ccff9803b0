using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Lagesbild.Catalogue;

/// <summary>How somebody is reached, in the administrator's words; at least one of the three is there.</summary>
public sealed record Contact(string? Telephone, string? Web, string? Note);

/// <summary>
/// The administrator's list: a care unit's contact under its HSA-id, a region's care navigators under its county code.
/// A semicolon-separated file with a heading row: <c>hsaid_eller_region;telefon;webb;notering</c>.
/// </summary>
public sealed partial class ContactList
{
    public const string Heading = "hsaid_eller_region;telefon;webb;notering";

    private const int LongestText = 300;

    private readonly FrozenDictionary<string, Contact> _contacts;

    private ContactList(IEnumerable<KeyValuePair<string, Contact>> contacts, string version)
    {
        _contacts = contacts.ToFrozenDictionary(StringComparer.Ordinal);
        Version = version;
    }

    public static ContactList Empty { get; } = new([], "");

    /// <summary>Changes whenever a contact may have; empty without contacts.</summary>
    public string Version { get; }

    /// <summary>Null where the administrator has not said.</summary>
    public Contact? Find(string hsaIdOrRegion) => _contacts.GetValueOrDefault(hsaIdOrRegion);

    /// <summary>Reads the file's text. A row that cannot be used is left out, and why is said; its values are not repeated.</summary>
    public static (ContactList List, IReadOnlyList<string> Problems) Read(string text, ProcedureCatalogue catalogue)
    {
        var problems = new List<string>();
        var contacts = new Dictionary<string, Contact>(StringComparer.Ordinal);
        var lines = text.TrimStart('\ufeff').ReplaceLineEndings("\n").Split('\n');
        if (!lines[0].Trim().Equals(Heading, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"Line 1 must be the heading {Heading}; no contact was read.");
            return (Empty, problems);
        }

        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            var fields = Fields(lines[i]);
            if (WhyNot(fields, catalogue) is { } problem)
            {
                problems.Add($"Line {i + 1}: {problem}");
            }
            else if (!contacts.TryAdd(fields[0], new Contact(Said(fields[1]), Said(fields[2]), Said(fields[3]))))
            {
                problems.Add($"Line {i + 1}: the unit or region stands on an earlier line, which counts.");
            }
        }

        return (
            new ContactList(
                contacts,
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8))
            ),
            problems
        );
    }

    private static string? WhyNot(List<string> fields, ProcedureCatalogue catalogue) =>
        fields.Count != 4 ? $"there are {fields.Count} fields, there must be 4."
        : catalogue.FindRegion(fields[0]) is null && !HsaId().IsMatch(fields[0])
            ? "the first field is neither an HSA-id nor a region's two digits."
        : fields[1].Length > 0 && !Telephone().IsMatch(fields[1]) ? "telefon is not a telephone number."
        : fields[2].Length > 0 && !IsWebAddress(fields[2])
            ? "webb is not an address that begins with https:// or http://."
        : fields.Any(field => field.Length > LongestText || field.Any(char.IsControl))
            ? $"a field is longer than {LongestText} characters or has control characters in it."
        : fields.Skip(1).All(field => field.Length == 0) ? "there is neither telefon, webb nor notering."
        : null;

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    private static string? Said(string field) => field.Length == 0 ? null : field;

    // Spreadsheets put quotation marks around a field with a semicolon or a quotation mark in it, and double the latter.
    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (letter == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (letter == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (letter == ';' && !isQuoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(letter);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }

    [GeneratedRegex(@"^SE[0-9]{10}-[A-Za-z0-9]{1,18}\z")]
    private static partial Regex HsaId();

    [GeneratedRegex(@"^\+?[0-9][0-9 ()/\-]{3,28}[0-9]\z")]
    private static partial Regex Telephone();
}
