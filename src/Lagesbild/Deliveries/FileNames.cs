using System.Globalization;
using System.Text;
using Lagesbild.Personal;

namespace Lagesbild.Deliveries;

/// <summary>File names as they may stand in a log or on a terminal: their senders choose them.</summary>
public static class FileNames
{
    // A receipt's name is the file's and its ending, and file systems allow 255 bytes.
    private const int LongestName = 200;

    /// <summary>
    /// Whether it can be kept, as a file's name and in receipts: no personal number, not too long, and no character but those
    /// of a delivery's name and what people add to it. Whatever else could be an escape of something.
    /// </summary>
    public static bool IsFit(string name) =>
        !HasPersonalNumber(name) && name.All(IsPlain) && Encoding.UTF8.GetByteCount(name) <= LongestName;

    /// <summary>True where it holds one, unescaped as often as whoever reads it may do.</summary>
    public static bool HasPersonalNumber(string name)
    {
        while (!PersonalIdentityNumber.IsIn(name))
        {
            var unescaped = Uri.UnescapeDataString(name);
            if (unescaped.Length >= name.Length)
            {
                return false;
            }

            name = unescaped;
        }

        return true;
    }

    /// <summary>Whether it may stand in a log: what is escaped in another way than a known one is judged by its digits alone.</summary>
    public static bool CanBeShown(string name) =>
        !HasPersonalNumber(name) && (name.All(IsPlain) || name.Count(char.IsNumber) < PersonalDigits.Length);

    /// <summary>Without a personal number, and without what a terminal would obey.</summary>
    /// <param name="instead">What those who read it are told of a name that holds a personal number: logs are English.</param>
    public static string Shown(string name, string instead = "(a name that holds what looks like a personal number)") =>
        CanBeShown(name) ? Escape(name) : instead;

    /// <summary>Control characters, line breaks and characters that turn the direction of writing, spelt out.</summary>
    public static string Escape(string text)
    {
        if (!text.Any(IsUnseen))
        {
            return text;
        }

        var escaped = new StringBuilder();
        foreach (var character in text)
        {
            _ = IsUnseen(character)
                ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : escaped.Append(character);
        }

        return escaped.ToString();
    }

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || "._- ()åäöÅÄÖ".Contains(character);

    private static bool IsUnseen(char character) =>
        char.GetUnicodeCategory(character)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
