using Lagesbild.Personal;

namespace Lagesbild.Security;

/// <summary>Personal identity numbers among hexadecimal digits, where ten decimal ones in a row are nothing remarkable.</summary>
internal static class PersonalNumbers
{
    /// <summary>
    /// Ten or twelve that are one, wherever they begin; of twelve that have a century and a date, no check digit is asked.
    /// Of the ids that are drawn by lot, one or two in a thousand are taken for one.
    /// </summary>
    public static bool AreIn(ReadOnlySpan<char> hexadecimal)
    {
        var run = 0;
        for (var end = 1; end <= hexadecimal.Length; end++)
        {
            run = char.IsAsciiDigit(hexadecimal[end - 1]) ? run + 1 : 0;
            if (run >= PersonalDigits.Length && PersonalDigits.AreOne(hexadecimal[(end - PersonalDigits.Length)..end]))
                return true;
            if (run >= PersonalDigits.LengthWithCentury)
            {
                var twelve = hexadecimal[(end - PersonalDigits.LengthWithCentury)..end];
                if (
                    PersonalDigits.IsReserve(twelve)
                    || (PersonalDigits.HasCentury(twelve) && PersonalDigits.HasDate(twelve[2..]))
                )
                    return true;
            }
        }
        return false;
    }
}
