using System.Globalization;
using Lagesbild.Deliveries;
using Lagesbild.Personal;
using Lagesbild.Security;

namespace Lagesbild.Tests.Personal;

public sealed class PersonalDigitsTests
{
    /// <summary>The rule in other words than the program's, over every month and day that two digits can write.</summary>
    [Fact]
    public void A_text_and_an_identifier_are_judged_by_the_same_dates_and_check_digit()
    {
        var found = 0;
        for (var date = 0; date < 10_000; date++)
        {
            var nine = string.Create(CultureInfo.InvariantCulture, $"81{date:D4}987");
            var sum = nine.Select((c, i) => i % 2 == 0 ? "0246813579"[c - '0'] - '0' : c - '0').Sum();
            var right = (10 - sum % 10) % 10;
            var (month, day) = (date / 100, date % 100);
            // A samordningsnummer's day is 60 more, or 60 where it is unknown, and then its month is 00.
            var isDate = month <= 12 && (day is >= 1 and <= 31 || day is >= 60 and <= 91);
            for (var check = 0; check < 10; check++)
            {
                var ten = nine + check.ToString(CultureInfo.InvariantCulture);
                var expected = isDate && check == right;
                found += expected ? 1 : 0;
                Assert.Equal(expected, PersonalDigits.AreOne(ten));
                Assert.Equal(expected, PersonalIdentityNumber.IsIn("nr " + ten));
                Assert.Equal(expected, PersonalNumbers.AreIn($"ab{ten}cd"));
            }
        }

        Assert.Equal(13 * (31 + 32), found);
    }

    [Fact]
    public void A_century_and_a_reserve_number_are_the_same_to_both()
    {
        for (var century = 0; century < 100; century++)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"{century:D2}8112289874");
            // Where no other ten of its digits are one: an identifier's are looked through wherever they begin.
            var expected = century is >= 18 and <= 21;
            Assert.Equal(expected, PersonalDigits.AreOne(number));
            Assert.Equal(expected, PersonalIdentityNumber.IsIn(number));
            Assert.True(PersonalNumbers.AreIn(number));

            var reserve = string.Create(CultureInfo.InvariantCulture, $"99{century:D2}45454545");
            Assert.Equal(expected, PersonalDigits.AreOne(reserve));
            Assert.Equal(expected, PersonalIdentityNumber.IsIn(reserve));
            Assert.Equal(expected, PersonalNumbers.AreIn("f" + reserve + "a"));
        }
    }

    [Fact]
    public void Of_an_identifier_a_century_and_a_date_are_enough()
    {
        Assert.True(PersonalNumbers.AreIn("ab198112289875cd"));
        Assert.True(PersonalNumbers.AreIn("ab198100609875cd"));
        Assert.False(PersonalNumbers.AreIn("ab178112289875cd"));
        Assert.False(PersonalNumbers.AreIn("ab1981122898"));
        Assert.False(PersonalNumbers.AreIn(""));
        Assert.False(PersonalIdentityNumber.IsIn("198112289875"));
    }
}
