using System.Text;

namespace Lagesbild.Deliveries;

/// <summary>The row of names that every CSV entry begins with.</summary>
internal static class CsvHeader
{
    private const int MostNamed = 3;

    /// <summary>Whether the next line is exactly that; false with a finding that says what is to be mended.</summary>
    public static bool Has(InflatedLines lines, string header, DeliveryBuilder delivery)
    {
        var any = lines.Next(out var line);
        line = SporReader.WithoutMark(line);
        if (any && line.SequenceEqual(Encoding.ASCII.GetBytes(header)))
        {
            return true;
        }

        if (Encoding.UTF8.GetString(line).Split(';').Any(field => PersonalIdentityNumber.IsIn(field)))
        {
            delivery.Findings.Error(
                "personal-identity-number",
                "Rubrikraden innehåller något som ser ut som ett personnummer. " + PersonalIdentityNumber.Advice,
                delivery.Entry,
                1
            );
        }

        // Of a header in UTF-16 every other byte is NUL.
        var nuls = line.Count((byte)0);
        if (Fields.Decode(line) is not { } text || nuls > 0)
        {
            delivery.Findings.Error(
                "encoding",
                nuls > line.Length / 3 ? "Första raden är inte UTF-8 (utan troligen UTF-16). Exportera filen som UTF-8."
                    : nuls > 0 ? "Första raden innehåller ett styrtecken (NUL). Ta bort det."
                    : "Första raden är inte UTF-8 (utan kanske Windows-1252, även kallat ANSI, eller Latin-1). Exportera filen som UTF-8.",
                delivery.Entry,
                1
            );
            return false;
        }

        delivery.Findings.Error(
            "header",
            $"Första raden ska vara exakt {header}. {Difference(text, header)}",
            delivery.Entry,
            1
        );
        return false;
    }

    // Names what is expected, never what is there.
    private static string Difference(string line, string header)
    {
        string[] expected = header.Split(';');
        var given = line.Split(';');
        return string.IsNullOrWhiteSpace(line) ? "Den är tom."
            : line[0] == '\uFEFF' ? "Posten börjar med två byteordningsmärken (BOM). Skriv ett eller inget."
            : line.Contains('\r', StringComparison.Ordinal)
                ? "Raderna slutar med enbart CR. Låt dem sluta med LF eller CRLF."
            : line.Contains('"', StringComparison.Ordinal) ? "Den har citattecken. Skriv rubrikerna utan."
            : given.Length == 1 && line.Contains('\t', StringComparison.Ordinal)
                ? "Fälten skiljs åt med tabb. Skilj dem åt med semikolon."
            : given.Length == 1 && line.Contains(',', StringComparison.Ordinal)
                ? "Fälten skiljs åt med komma. Skilj dem åt med semikolon."
            : !expected.Intersect(given.Select(Plain)).Any()
                ? "Ingen av rubrikerna finns där: kanske saknas rubrikraden, eller så är det en annan fils."
            : string.Join(' ', Columns(given, expected));
    }

    private static IEnumerable<string> Columns(string[] given, string[] expected)
    {
        // In the place of one that is missing: misspelt, more likely than taken out and another put in.
        var misspelt = Enumerable
            .Range(0, Math.Min(given.Length, expected.Length))
            .Where(i => !given.Contains(expected[i]) && !expected.Contains(given[i]))
            .ToHashSet();
        for (var i = 0; i < expected.Length; i++)
        {
            if (misspelt.Contains(i))
            {
                yield return $"Fält {i + 1} ska heta {expected[i]}"
                    + (Plain(given[i]) == expected[i] ? ", med små bokstäver och utan blanksteg." : ".");
            }
            else if (!given.Contains(expected[i]))
            {
                yield return $"Fält {i + 1}, {expected[i]}, saknas.";
            }
        }

        var extra = Enumerable
            .Range(0, given.Length)
            .Where(i => !misspelt.Contains(i) && (!expected.Contains(given[i]) || Array.IndexOf(given, given[i]) < i))
            .ToList();
        foreach (var i in extra.Take(MostNamed))
        {
            yield return $"Fält {i + 1} ska inte finnas.";
        }

        if (extra.Count > MostNamed)
        {
            yield return $"Ytterligare {extra.Count - MostNamed} fält ska inte heller finnas.";
        }

        var order = expected.Where(given.Contains).ToList();
        var wrong = order
            .Zip(given.Where(expected.Contains).Distinct())
            .FirstOrDefault(pair => pair.First != pair.Second);
        if (wrong.First is { } name)
        {
            yield return $"{name} står på fel plats: den ska vara fält {Array.IndexOf(expected, name) + 1}.";
        }
    }

    private static string Plain(string name) => name.Trim().ToLowerInvariant();
}
