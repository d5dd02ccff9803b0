using System.Globalization;
using System.Security.Cryptography;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

/// <summary>How often something legal is taken for a personal number. The figures stand in docs/leveransformat.md.</summary>
public sealed class FalseAlarmTests
{
    private const int Fields = 1_000_000;

    [Fact]
    public void None_of_a_million_fields_that_legal_files_hold_is_taken_for_a_persons()
    {
        var random = new Random(1);
        for (var i = 0; i < Fields; i++)
        {
            var field = Legal(random, i);
            Assert.False(PersonalIdentityNumber.IsIn(field), field);
        }
    }

    [Fact]
    public void Neither_are_several_numbers_that_stand_side_by_side_in_one_field()
    {
        var random = new Random(4);
        string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => random.Next(10)));
        string Hours() => $"{random.Next(24):D2}{random.Next(60):D2}";
        for (var i = 0; i < 200_000; i++)
        {
            var date = new DateOnly(2000, 1, 1).AddDays(random.Next(20_000));
            var field = (i % 10) switch
            {
                0 => $"Exempelkliniken, tel 08-{Digits(2)} {Digits(2)} {Digits(2)} {Digits(2)}",
                1 => $"Exempelkliniken, tel 0{Digits(3)}-{Digits(2)} {Digits(2)} {Digits(2)}, 0{Digits(3)}-{Digits(5)}",
                2 => $"Exempelkliniken 0{Digits(2)}-{Digits(6)}, 0{Digits(2)}-{Digits(6)}; 0{Digits(3)}-{Digits(6)}",
                3 => $"Exempelkliniken +46 {Digits(2)} {Digits(2)} {Digits(2)} {Digits(2)} {Digits(2)}",
                4 => $"Öppet {Hours()}-{Hours()}, {Hours()}–{Hours()} ({Hours()}/{Hours()})",
                5 => $"Öppet {date:yyyy-MM-dd}, {Hours()}–{Hours()}",
                6 => $"Öppet {date:dd/MM/yyyy} ({Hours()}–{Hours()}), {date:yy-MM-dd} {Hours()}",
                7 => $"Hus {Digits(2)}, plan {Digits(2)}, rum {Digits(4)}; {Digits(3)} {Digits(2)} {date.Year}",
                8 => $"{date:yyyy-MM-dd}/{date.AddDays(9):yyyy-MM-dd}: {random.Next(1, 1000)} {Digits(3)} {Digits(3)}",
                _ =>
                    $"[{Digits(2)},{Digits(2)},{Digits(2)},{Digits(4)}], {Digits(2)}:{Digits(2)}:{Digits(2)}:{Digits(4)}",
            };
            Assert.False(PersonalIdentityNumber.IsIn(field), field);
        }
    }

    [Fact]
    public void A_telephone_number_written_together_is_one_in_about_a_hundred_and_twenty()
    {
        var random = new Random(2);
        var alarms = 0;
        const int numbers = 200_000;
        for (var i = 0; i < numbers; i++)
        {
            alarms += PersonalIdentityNumber.IsIn($"Exempelkliniken 07{random.NextInt64(100_000_000):D8}") ? 1 : 0;
        }

        Assert.InRange(alarms, numbers / 160, numbers / 90);
    }

    [Fact]
    public void Any_HSA_id_passes_but_a_sole_traders_which_an_operator_decides_about()
    {
        var random = new Random(3);
        var held = 0;
        const int files = 40;
        const int units = 50;
        for (var i = 0; i < files; i++)
        {
            var file = SporFile.Good();
            for (var unit = 0; unit < units; unit++)
            {
                // An organisation's third digit is 2 or more; behind the dash anything may stand, a person's digits too.
                var organisation = random.NextInt64(100_000_000);
                file.Units.Add(
                    $"SE{random.Next(16, 99)}{random.Next(2, 10)}{organisation % 10_000_000:D7}-{random.NextInt64(10_000_000_000):D10};Exempel;20;2080;privat"
                );
            }

            var result = Reading.Read(file);
            Assert.False(result.Findings.HasErrors, Reading.Codes(result));
            held += result.Findings.HasHolds ? 1 : 0;
        }

        Assert.Equal(0, held);
    }

    private static string Legal(Random random, int i)
    {
        string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => random.Next(10)));
        return (i % 14) switch
        {
            0 => random.Next(1_000_001).ToString(CultureInfo.InvariantCulture),
            1 => random.Next(36_501).ToString(CultureInfo.InvariantCulture),
            2 => random.Next(1_000_000_000).ToString(CultureInfo.InvariantCulture),
            3 => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))),
            4 => new DateOnly(2000, 1, 1)
                .AddDays(random.Next(20_000))
                .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            5 => DateTimeOffset
                .UnixEpoch.AddSeconds(random.NextInt64(4_000_000_000))
                .ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
            6 => $"Exempelmottagningen, tel 0{random.Next(10, 99)}-{Digits(3)} {Digits(2)} {Digits(2)}",
            7 => $"Exempelkliniken 08-{Digits(3)} {Digits(3)} {Digits(2)}",
            8 => $"Exempelkliniken +46 {random.Next(10, 99)} {Digits(3)} {Digits(2)} {Digits(2)}",
            9 => $"Exempel AB {random.Next(16, 99)}{random.Next(2, 10)}{Digits(3)}-{Digits(4)}",
            11 =>
                $"Exempelkliniken från {random.Next(2000, 2030)}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2} {random.Next(24):D2}{random.Next(60):D2}",
            12 => $"Exempelkliniken {Digits(3)}.{Digits(3)} {Digits(2)}/{Digits(2)}, rum {Digits(4)}",
            10 => $"Enhet {Digits(random.Next(1, 9))} plan {random.Next(10)}",
            _ =>
                $"SPOR_{random.Next(2000, 2099)}-{random.Next(10, 13)}-{random.Next(10, 29)}_{random.Next(2, 100)}.zip",
        };
    }
}
