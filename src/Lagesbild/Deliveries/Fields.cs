using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lagesbild.Statistics;

namespace Lagesbild.Deliveries;

/// <summary>The forms that fields have in every source's format. Culture never plays a part.</summary>
public static partial class Fields
{
    public const int LongestText = 200;
    public const int LongestHsaId = 31;
    public const int LargestBin = 1_000_000;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8; null where it is not valid.</summary>
    public static string? Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>True where a text holds a control or format character (bidirectional overrides too) or a lone surrogate.</summary>
    public static bool HasForbiddenCharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsSurrogatePair(text, i))
                {
                    return true;
                }

                if (CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.Format)
                {
                    return true;
                }

                i++;
            }
            else if (char.GetUnicodeCategory(text[i]) is UnicodeCategory.Control or UnicodeCategory.Format)
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsHsaId(string text) => text.Length <= LongestHsaId && HsaIdForm().IsMatch(text);

    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestText && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);

    public static bool IsProcedureCode(ReadOnlySpan<byte> text) =>
        text.Length == 3 && IsCapital(text[0]) && IsCapital(text[1]) && IsCapital(text[2]);

    public static Operator? ParseOperator(string text) =>
        text switch
        {
            "offentlig" => Operator.Public,
            "privat" => Operator.Private,
            "ideburen" => Operator.NonProfit,
            _ => null,
        };

    /// <summary>Digits only, no sign, no leading zero (but <c>0</c>), at most <paramref name="most"/>.</summary>
    public static bool TryWholeNumber(ReadOnlySpan<byte> text, int most, out int value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > 9 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        foreach (var c in text)
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
            {
                return false;
            }

            value = value * 10 + (int)digit;
        }

        return value <= most;
    }

    /// <summary><c>30D</c>, <c>90D</c>, <c>365D</c>, or one of the 18 months; null for anything else.</summary>
    public static Period? ParsePeriod(ReadOnlySpan<byte> text, DateOnly referenceDate)
    {
        if (text.SequenceEqual("30D"u8))
        {
            return Period.Days30;
        }

        if (text.SequenceEqual("90D"u8))
        {
            return Period.Days90;
        }

        if (text.SequenceEqual("365D"u8))
        {
            return Period.Days365;
        }

        return
            text.Length == 7
            && text[4] == '-'
            && IsDigits(text[..4])
            && IsDigits(text[5..])
            && Utf8Parser.TryParse(text[..4], out int year, out _)
            && Utf8Parser.TryParse(text[5..], out int month, out _)
            && year >= 1
            && month is >= 1 and <= 12
            && new Month(year, month).PlaceInTrend(referenceDate) is { } place
            ? Period.OfMonth(place)
            : null;
    }

    /// <summary>A date in a file or its name: <c>yyyy-MM-dd</c> and nothing else.</summary>
    public static DateOnly? ParseDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : null;

    /// <summary>An instant with its offset: <c>2026-11-22T02:15:00+01:00</c> (or Z, fractions allowed).</summary>
    public static DateTimeOffset? ParseInstant(string text) =>
        InstantForm().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant
            : null;

    // The parser would take a sign.
    private static bool IsDigits(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool IsCapital(byte c) => c is >= (byte)'A' and <= (byte)'Z';

    [GeneratedRegex(@"\ASE[0-9]{10}-[A-Za-z0-9]{1,18}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HsaIdForm();

    [GeneratedRegex(
        @"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?(Z|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex InstantForm();
}
