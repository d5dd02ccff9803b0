using System.Buffers;
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

    // Between the digits of one number as between those of two; any other mark stands in a number only by mistake.
    private static readonly SearchValues<char> Usual = SearchValues.Create("-+ ./_~");

    /// <summary>True where <paramref name="text"/> holds one, bounded by something that is not a letter or digit.</summary>
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        // No rented buffer: what was in it must not outlive the call.
        Span<char> plain = text.Length <= 512 ? stackalloc char[text.Length] : new char[text.Length];
        plain = plain[..Normalise(text, plain, out var digits)];
        if (digits < PersonalDigits.Length)
        {
            return false;
        }

        for (var start = 0; start < plain.Length; start++)
        {
            if (
                char.IsAsciiDigit(plain[start])
                && (start == 0 || !char.IsAsciiLetterOrDigit(plain[start - 1]))
                && IsAt(plain, start)
            )
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAt(ReadOnlySpan<char> text, int start)
    {
        var length = DigitsFrom(text, start);
        if (length is PersonalDigits.Length or PersonalDigits.LengthWithCentury && IsBoundary(text, start + length))
        {
            return PersonalDigits.AreOne(text.Slice(start, length));
        }

        Span<char> digits = stackalloc char[PersonalDigits.LengthWithCentury];
        if (IsSpacedReserve(text, start, digits))
        {
            return true;
        }

        var (date, end, joint) = DateFrom(text, start, digits);
        var number = end + SeparatorsFrom(text, end);
        if (
            date == 0
            || number == end
            || DigitsFrom(text, number) != NumberLength
            || !IsBoundary(text, number + NumberLength)
        )
        {
            return false;
        }

        var four = text.Slice(number, NumberLength);
        var isUsual = !text[end..number].ContainsAnyExcept(Usual);
        if (
            joint is not ('\0' or ' ')
            && (
                (text[end] == ' ' || !isUsual) && IsTime(four)
                || DateFrom(text, number, stackalloc char[8]).Joint == joint
            )
        )
        {
            // A date and a time, or two dates.
            return false;
        }

        four.CopyTo(digits[date..]);
        return PersonalDigits.AreOne(digits[..(date + NumberLength)])
            && (
                (isUsual && (joint == '\0' || (length == 4 && joint is '-' or '.' or '/')))
                || IsAlone(text, start, number + NumberLength, joint == ' ')
            );
    }

    /// <summary>
    /// The six or eight digits of a date: written together, or as yyyy-MM-dd, yy-MM-dd or dd-MM-yyyy with one of several
    /// marks. How many, where it ends, and the mark.
    /// </summary>
    private static (int Length, int End, char Joint) DateFrom(ReadOnlySpan<char> text, int start, Span<char> digits)
    {
        var first = DigitsFrom(text, start);
        var at = start + first;
        if (first is 6 or 8)
        {
            text.Slice(start, first).CopyTo(digits);
            return (first, at, '\0');
        }

        if (first is not (2 or 4) || at + 6 > text.Length || !"-./ _".Contains(text[at]) || text[at + 3] != text[at])
        {
            return default;
        }

        var (middle, last) = (at + 1, at + 4);
        var year = DigitsFrom(text, last);
        if (DigitsFrom(text, middle) != 2 || !(year == 2 || (year == 4 && first == 2)))
        {
            return default;
        }

        // The year first.
        var (from, to) = year == 4 ? (last, start) : (start, last);
        var years = Math.Max(first, year);
        text.Slice(from, years).CopyTo(digits);
        text.Slice(middle, 2).CopyTo(digits[years..]);
        text.Slice(to, 2).CopyTo(digits[(years + 2)..]);
        return (years + 4, last + year, text[at]);
    }

    // 99 yyyy NNNNNC; written together it is twelve digits like any others.
    private static bool IsSpacedReserve(ReadOnlySpan<char> text, int start, Span<char> digits)
    {
        var at = start;
        var count = 0;
        foreach (var group in (ReadOnlySpan<int>)[2, 4, 6])
        {
            if (count > 0 && at < text.Length && Usual.Contains(text[at]))
            {
                at++;
            }

            if (DigitsFrom(text, at) < group)
            {
                return false;
            }

            text.Slice(at, group).CopyTo(digits[count..]);
            (at, count) = (at + group, count + group);
        }

        return PersonalDigits.IsReserve(digits) && IsBoundary(text, at) && IsAlone(text, start, at, isSpaced: true);
    }

    // Not a part of a longer number in groups, of a telephone for one.
    private static bool IsAlone(ReadOnlySpan<char> text, int start, int end, bool isSpaced)
    {
        return !(start > 1 && IsJoint(text[start - 1]) && char.IsAsciiDigit(text[start - 2]))
            && !(end + 1 < text.Length && IsJoint(text[end]) && char.IsAsciiDigit(text[end + 1]));

        bool IsJoint(char c) => Usual.Contains(c) && (isSpaced || c != ' ');
    }

    // As people type: one, or one with a space on either side.
    private static int SeparatorsFrom(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && end - start < MostSeparators && !char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        return end - start;
    }

    // Behind a date and a space, or a comma: 0830 is half past eight.
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
        at >= text.Length || !char.IsAsciiLetterOrDigit(text[at]);

    /// <summary>
    /// In ASCII alone: digits of every script, marks in the few kinds that matter, and A for any letter. What is not seen, or
    /// only drawn over what stands before it, is left out.
    /// </summary>
    private static int Normalise(ReadOnlySpan<char> text, Span<char> plain, out int digits)
    {
        digits = 0;
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAscii(c))
            {
                _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var units);
                i += units - 1;
                c = Normalised(rune);
                if (c == '\0')
                {
                    continue;
                }
            }
            else if (char.IsControl(c))
            {
                c = ' ';
            }

            plain[length++] = c;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return length;
    }

    private static char Normalised(Rune rune)
    {
        // Raised, lowered and circled ones too.
        if (rune.IsBmp && CharUnicodeInfo.GetDigitValue((char)rune.Value) is >= 0 and var digit)
        {
            return (char)('0' + digit);
        }

        switch (rune.Value)
        {
            case 0x115F or 0x1160 or 0x3164 or 0xFFA0: // Hangul's fillers are letters
            case 0x2065 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF): // not assigned, but never to be seen
                return '\0';
            case 0x2800: // Braille without a dot
                return ' ';
            case 0x2212 or 0x2043 or 0x02D7 or 0x207B or 0x208B: // minus signs, a bullet like a hyphen
            case 0x2500 or 0x2501 or 0x2796: // lines of boxes, heavy minus
            case 0x30FC or 0xFF70 or 0x3161 or 0x4E00 or 0x02C9: // letters that are a line
                return '-';
            case 0xFF0B:
                return '+';
            case 0x02BC or 0x02D0: // an apostrophe and a colon that are letters
                return '*';
        }

        var category = Rune.GetUnicodeCategory(rune);
        return category switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => '\0',
            UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.OtherNumber
                when Rune.GetNumericValue(rune) is >= 0 and <= 9 and var value && value == (int)value => (char)(
                '0' + (int)value
            ),
            UnicodeCategory.DashPunctuation => '-',
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                ' ',
            UnicodeCategory.Control => ' ',
            _ => Rune.IsLetterOrDigit(rune) ? 'A' : '*',
        };
    }
}
