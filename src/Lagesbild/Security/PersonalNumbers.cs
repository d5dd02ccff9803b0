namespace Lagesbild.Security;

/// <summary>Personal identity numbers among hexadecimal digits, where ten decimal ones in a row are nothing remarkable.</summary>
internal static class PersonalNumbers
{
    /// <summary>
    /// Twelve that begin with a century and a date, or ten that begin with a date and end with the right check digit. Of the
    /// ids that are drawn by lot, one in a thousand is taken for one.
    /// </summary>
    public static bool AreIn(ReadOnlySpan<char> hexadecimal)
    {
        var run = 0;
        for (var end = 1; end <= hexadecimal.Length; end++)
        {
            run = char.IsAsciiDigit(hexadecimal[end - 1]) ? run + 1 : 0;
            if (run >= 10 && HasDate(hexadecimal[(end - 10)..end]))
                if (
                    IsChecked(hexadecimal[(end - 10)..end])
                    || run >= 12 && Two(hexadecimal, end - 12) is >= 18 and <= 21
                )
                    return true;
        }
        return false;
    }

    // A coordination number's day is 60 more.
    private static bool HasDate(ReadOnlySpan<char> ten) =>
        Two(ten, 2) <= 12 && Two(ten, 4) is (>= 1 and <= 31) or (>= 61 and <= 91);

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
