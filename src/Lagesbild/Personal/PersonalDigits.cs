namespace Lagesbild.Personal;

/// <summary>
/// What digits must be to be a personnummer, samordningsnummer or Stockholm reservnummer, wherever they stand. Loose about
/// dates on purpose: a strict check lets real samordningsnummer through. (docs/leveransformat.md)
/// </summary>
internal static class PersonalDigits
{
    /// <summary>Digits from the date to the check digit; two more with a century before them.</summary>
    public const int Length = 10;
    public const int LengthWithCentury = 12;

    /// <summary>True of ten digits, or of twelve with a century, that are all that such a number is.</summary>
    public static bool AreOne(ReadOnlySpan<char> digits) =>
        digits.Length == Length
            ? HasDate(digits) && IsChecked(digits)
            : IsReserve(digits) || (HasCentury(digits) && HasDate(digits[2..]) && IsChecked(digits[2..]));

    /// <summary>True where twelve begin with a century that somebody may have been born in.</summary>
    public static bool HasCentury(ReadOnlySpan<char> twelve) => Two(twelve, 0) is >= 18 and <= 21;

    /// <summary>Stockholm's reservnummer 99yyyyNNNNNC.</summary>
    public static bool IsReserve(ReadOnlySpan<char> twelve) =>
        Two(twelve, 0) == 99 && Two(twelve, 2) is >= 18 and <= 21;

    /// <summary>Of a samordningsnummer the month may be 00, and the day is 60 more.</summary>
    public static bool HasDate(ReadOnlySpan<char> ten) =>
        Two(ten, 2) <= 12 && Two(ten, 4) is (>= 1 and <= 31) or (>= 60 and <= 91);

    // Luhn.
    private static bool IsChecked(ReadOnlySpan<char> ten)
    {
        var sum = 0;
        for (var i = 0; i < ten.Length; i++)
        {
            var value = (ten[i] - '0') * (2 - i % 2);
            sum += value > 9 ? value - 9 : value;
        }

        return sum % 10 == 0;
    }

    private static int Two(ReadOnlySpan<char> digits, int at) => (digits[at] - '0') * 10 + digits[at + 1] - '0';
}
