using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lagesbild.Tests.Deliveries.Oracle;

/// <summary>Why the oracle refuses a delivery, for whoever compares.</summary>
internal sealed class Refused(string why) : Exception(why);

/// <summary>
/// Would a delivery be accepted? Written once more from the format's description, slowly and simply, knowing nothing of
/// the service's readers and rules: its own unzipping, its own parsing, its own sums. Of the program it uses the
/// catalogue, for which municipality lies where.
/// </summary>
internal static partial class Oracle
{
    public static readonly DateOnly Today = Reading.Today;

    /// <summary>Null where it would be accepted; else the first reason found against it.</summary>
    public static string? Refuses(string name, byte[] file)
    {
        try
        {
            var match = NameForm().Match(name);
            Require(match.Success, "name");
            var date = Date(match.Groups["date"].Value);
            var delivery =
                match.Groups["source"].Value == "SPOR" ? SporOracle.Read(file, date) : NcrOracle.Read(file, date);
            Require(date >= new DateOnly(2000, 1, 1) && date <= Today, "reference date");
            Sums.Judge(delivery);
            return null;
        }
        catch (Refused refused)
        {
            return refused.Message;
        }
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new Refused(otherwise);
        }
    }

    public static DateOnly Date(string text)
    {
        Require(DateForm().IsMatch(text), "date");
        Require(
            DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date),
            "date"
        );
        return date;
    }

    public static long Number(string text, long most)
    {
        Require(NumberForm().IsMatch(text) && text.Length <= 9, "number");
        var number = long.Parse(text, CultureInfo.InvariantCulture);
        Require(number <= most, "number too large");
        return number;
    }

    public static string Utf8(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new Refused("not UTF-8");
        }
    }

    /// <summary>Text without its mark, cut into lines: ended by a new line, before which a return may stand.</summary>
    public static List<string> Lines(string text)
    {
        var lines = WithoutMark(text).Split('\n').ToList();
        for (var i = 0; i < lines.Count - 1; i++)
        {
            lines[i] = lines[i].EndsWith('\r') ? lines[i][..^1] : lines[i];
        }

        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    public static string WithoutMark(string text) => text.StartsWith('\uFEFF') ? text[1..] : text;

    /// <summary>No control or format character, no half of a pair.</summary>
    public static void Clean(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Require(
                Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format),
                "control character"
            );
        }

        Require(!text.Where((c, i) => char.IsSurrogate(c) && !IsPaired(text, i)).Any(), "surrogate");
    }

    private static bool IsPaired(string text, int i) =>
        char.IsHighSurrogate(text[i])
            ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
            : i > 0 && char.IsHighSurrogate(text[i - 1]);

    /// <summary>No personal number in it.</summary>
    public static void NoPerson(string text)
    {
        var plain = string.Concat(text.EnumerateRunes().Select(Plain));
        foreach (Match match in PersonForm().Matches(plain))
        {
            var digits = string.Concat(match.Groups["digits"].Value.Where(char.IsAsciiDigit));
            var isTime = match.Groups["time"].Success;
            Require(isTime || !IsPerson(digits), "personal number");
        }
    }

    private static string Plain(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.OtherNumber
                when Rune.GetNumericValue(rune) is >= 0 and <= 9 and var value && value % 1 == 0 => (
                (int)value
            ).ToString(CultureInfo.InvariantCulture),
            UnicodeCategory.DashPunctuation => "-",
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                " ",
            _ when rune.Value is 0x2800 or 0x3164 or 0xFFA0 or 0x115F or 0x1160 => " ",
            _ when rune.Value is 0x2212 or 0x2043 or 0x02D7 => "-",
            _ when rune.Value == 0xFF0B => "+",
            _ when rune.Value == '\t' => " ",
            _ => rune.ToString(),
        };

    private static bool IsPerson(string digits)
    {
        if (digits.Length == 12 && digits[..2] == "99")
        {
            return int.Parse(digits[2..6], CultureInfo.InvariantCulture) is >= 1800 and < 2200;
        }

        if (digits.Length == 12 && int.Parse(digits[..2], CultureInfo.InvariantCulture) is < 18 or > 21)
        {
            return false;
        }

        var ten = digits[^10..];
        var month = int.Parse(ten[2..4], CultureInfo.InvariantCulture);
        var day = int.Parse(ten[4..6], CultureInfo.InvariantCulture);
        var sum = ten.Select((c, i) => (c - '0') * (i % 2 == 0 ? 2 : 1)).Sum(n => n / 10 + n % 10);
        return month <= 12 && day is (>= 1 and <= 31) or (>= 60 and <= 91) && sum % 10 == 0;
    }

    [GeneratedRegex(
        @"^((?<source>SPOR)_(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(_([2-9]|[1-9][0-9]))?\.zip"
            + @"|(?<source>NCR)_(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(_([2-9]|[1-9][0-9]))?\.jsonl\.gz)\z"
    )]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z")]
    private static partial Regex DateForm();

    [GeneratedRegex(@"^(0|[1-9][0-9]*)\z")]
    private static partial Regex NumberForm();

    // Every place is tried, also inside what another place has taken.
    [GeneratedRegex(
        @"(?<![\p{L}\p{Nd}])(?=(?<digits>(([0-9]{2})?[0-9]{6}|[0-9]{4}(?<by>[-./])[0-9]{2}\k<by>[0-9]{2}(?=[-+ ./_~])"
            + @"(?<time>(?= [-+ ./_~]{0,2}([01][0-9]|2[0-3])[0-5][0-9]))?)[-+ ./_~]{0,3}[0-9]{4})(?![\p{L}\p{Nd}]))"
    )]
    private static partial Regex PersonForm();
}
