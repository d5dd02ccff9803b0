using System.Globalization;
using System.Text;
using Lagesbild.Personal;

namespace Lagesbild.Deliveries;

/// <summary>
/// Finds what looks like a personnummer, samordningsnummer or Stockholm reservnummer in a text (<see cref="PersonalDigits"/>),
/// however it is written. (docs/leveransformat.md)
/// </summary>
public static class PersonalIdentityNumber
{
    /// <summary>What a finding of one asks for.</summary>
    public const string Advice = "Ta bort det. Tjänsten sparar inte filen.";

    private const int NumberLength = 4; // what stands after the separator
    private const int MostSeparators = 3;
    private const string Separators = "-+ ./_~";

    /// <summary>True where <paramref name="text"/> holds one, bounded by something that is not a letter or digit.</summary>
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        // No rented buffer: what was in it must not outlive the call.
        Span<char> plain = text.Length <= 512 ? stackalloc char[text.Length] : new char[text.Length];
        var digits = 0;
        var runes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.IsBmp ? Normalised((char)rune.Value) : Normalised(rune);
            plain[runes++] = c;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        plain = plain[..runes];

        if (digits < PersonalDigits.Length)
        {
            return false;
        }

        Span<char> candidate = stackalloc char[PersonalDigits.LengthWithCentury];
        for (var start = 0; start < plain.Length; start++)
        {
            if (!char.IsAsciiDigit(plain[start]) || (start > 0 && char.IsLetterOrDigit(plain[start - 1])))
            {
                continue;
            }

            var length = DigitsFrom(plain, start);
            var end = start + length;
            if (length is PersonalDigits.Length or PersonalDigits.LengthWithCentury && IsBoundary(plain, end))
            {
                if (PersonalDigits.AreOne(plain.Slice(start, length)))
                {
                    return true;
                }
            }
            else if (DateFrom(plain, start, candidate, ref end) is > 0 and var date)
            {
                var isDashed = end - start > date;
                var number = end + SeparatorsFrom(plain, end);
                if (
                    number > end
                    && DigitsFrom(plain, number) == NumberLength
                    && IsBoundary(plain, number + NumberLength)
                    && !(isDashed && plain[end] == ' ' && IsTime(plain.Slice(number, NumberLength)))
                )
                {
                    plain.Slice(number, NumberLength).CopyTo(candidate[date..]);
                    if (PersonalDigits.AreOne(candidate[..(date + NumberLength)]))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    // The six or eight digits of a date, written together or yyyy-MM-dd; how many, and where it ends.
    private static int DateFrom(ReadOnlySpan<char> text, int start, Span<char> digits, ref int end)
    {
        var length = end - start;
        if (length is 6 or 8)
        {
            text.Slice(start, length).CopyTo(digits);
            return length;
        }

        if (
            length == 4
            && end + 6 <= text.Length
            && text[end] is '-' or '.' or '/'
            && text[end + 3] == text[end]
            && DigitsFrom(text, end + 1) == 2
            && DigitsFrom(text, end + 4) == 2
        )
        {
            text.Slice(start, 4).CopyTo(digits);
            text.Slice(end + 1, 2).CopyTo(digits[4..]);
            text.Slice(end + 4, 2).CopyTo(digits[6..]);
            end += 6;
            return 8;
        }

        return 0;
    }

    // As people type: one, or one with a space on either side.
    private static int SeparatorsFrom(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && end - start < MostSeparators && Separators.Contains(text[end]))
        {
            end++;
        }

        return end - start;
    }

    // Behind a whole date and a space: 0830 is half past eight.
    private static bool IsTime(ReadOnlySpan<char> four) =>
        four[0] <= '2' && (four[0] < '2' || four[1] < '4') && four[2] < '6';

    /// <summary>True where bytes that are text of an unknown kind hold one: as UTF-8, and as characters of one byte or of two.</summary>
    public static bool IsInBytes(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return IsIn(text)
            || IsIn(text.Replace("\0", "", StringComparison.Ordinal))
            || IsIn(Encoding.UTF8.GetString(bytes));
    }

    /// <summary>True where ten digits of an HSA-id are a sole trader's: a person's number, not an organisation's.</summary>
    public static bool IsPersonsOrganisationNumber(ReadOnlySpan<char> tenDigits) =>
        tenDigits.Length == PersonalDigits.Length && tenDigits[2] < '2' && PersonalDigits.HasDate(tenDigits);

    private static int DigitsFrom(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - start;
    }

    private static bool IsBoundary(ReadOnlySpan<char> text, int at) =>
        at >= text.Length || !char.IsLetterOrDigit(text[at]);

    // Beyond the first plane only three things matter: a digit, what a number may not stand next to, and the rest.
    private static char Normalised(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherNumber
        && Rune.GetNumericValue(rune) is >= 0 and <= 9 and var value
        && value == (int)value
            ? (char)('0' + (int)value)
        : Rune.IsLetterOrDigit(rune) ? 'A'
        : '.';

    private static char Normalised(char c)
    {
        if (c < 128)
        {
            return c == '\t' ? ' ' : c;
        }

        // Raised, lowered and circled ones too.
        var digit = CharUnicodeInfo.GetDigitValue(c);
        if (digit >= 0)
        {
            return (char)('0' + digit);
        }

        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.DashPunctuation => '-',
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                ' ',
            _ => c switch
            {
                '\u2212' or '\u2043' or '\u02D7' => '-', // minus sign, hyphen bullet, modifier minus
                '\uFF0B' => '+', // full-width plus
                '\u2800' or '\u3164' or '\uFFA0' or '\u115F' or '\u1160' => ' ', // seen as nothing: Braille, Hangul fillers
                _ => c,
            },
        };
    }
}
