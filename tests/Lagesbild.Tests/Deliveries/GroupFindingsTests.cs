namespace Lagesbild.Tests.Deliveries;

/// <summary>What is said of a period whose groups do not agree, or give one of themselves away: which groups they are.</summary>
public sealed class GroupFindingsTests
{
    // The header, the fourteen rows of the file that nothing is wrong with, and the row of everybody.
    private static readonly int Everybody = SporFile.Good().Waits.Count + 1;

    [Theory]
    [InlineData("14:20", "group-sum", 0, "urvalet 14 finns utan cell för ALLA. Skicka även den.")]
    [InlineData("14:20 30:x", "group-sum", 0, "urvalen 14 och 30 finns utan cell för ALLA. Skicka även den.")]
    [InlineData(
        "ALLA:x 14:20 30:x EJ:9",
        "group-sum",
        0,
        "urvalen 14 och EJ visas fast ALLA är undertryckt. Undertryck även 14 och EJ i 2026-10."
    )]
    [InlineData(
        "ALLA:20",
        "group-sum",
        0,
        "ALLA finns utan urval, som tillsammans ska ge ALLA. Skicka även dem. Raden pekar på ALLA."
    )]
    [InlineData(
        "ALLA:20 14:8",
        "group-sum",
        0,
        "urvalet 14 är ensamt och har färre patienter än ALLA. Räkna om båda ur samma uttag. Raden pekar på ALLA."
    )]
    [InlineData(
        "ALLA:20 14:8 30:9",
        "group-sum",
        0,
        "urvalen 14 och 30 ger färre än ALLA tillsammans. Räkna om båda ur samma uttag. Raden pekar på ALLA."
    )]
    [InlineData(
        "ALLA:20 14:8 30:8 EJ:8",
        "group-sum",
        0,
        "urvalen 14, 30 och EJ ger fler än ALLA tillsammans. Räkna om båda ur samma uttag. Raden pekar på ALLA."
    )]
    [InlineData(
        "ALLA:20 14:8 30:21",
        "group-sum",
        0,
        "urvalet 30 har fler patienter än ALLA. Räkna om båda ur samma uttag. Raden pekar på ALLA."
    )]
    [InlineData(
        "ALLA:20 14:10 30:9 90:x 180:x",
        "group-sum",
        0,
        "urvalen 14, 30, 90 och 180 ger fler än ALLA tillsammans, då urvalen 90 och 180 räknas som minst en patient för varje. "
            + "Räkna om båda ur samma uttag. Raden pekar på ALLA."
    )]
    [InlineData(
        "ALLA:20 14:6 30:8 90:x",
        "derivable",
        3,
        "urvalet 90 är ensamt undertryckt och går att räkna ut ur de synliga. Undertryck fler urval, så att minst två är "
            + "undertryckta och de tillsammans har minst 5 patienter; förslagsvis 14 i 2026-10."
    )]
    [InlineData(
        "ALLA:20 14:9 30:8 90:x EJ:x",
        "derivable",
        0,
        "urvalen 90 och EJ har tillsammans färre än 5 patienter, som går att räkna ut ur de synliga. Undertryck fler urval, så "
            + "att minst två är undertryckta och de tillsammans har minst 5 patienter; förslagsvis 30 i 2026-10."
    )]
    [InlineData(
        "ALLA:20 14:9 30:8 90:x EJ:2",
        "derivable",
        3,
        "urvalet 90 är ensamt undertryckt och går att räkna ut ur de synliga. Undertryck fler urval, så att minst två är "
            + "undertryckta och de tillsammans har minst 5 patienter; förslagsvis först cellerna med färre än 5 patienter "
            + "(below-minimum), och pröva igen."
    )]
    public void The_groups_of_a_period_are_named(string cells, string code, int row, string message)
    {
        var file = SporFile.Good();
        foreach (var cell in cells.Split(' '))
        {
            var (group, patients) = (cell.Split(':')[0], cell.Split(':')[1]);
            file.Cells("JKA", "2026-10", (group, patients == "x" ? null : int.Parse(patients, null)));
        }

        var found = Assert.Single(Reading.Read(file).Findings.Listed, f => f.Code == code);
        Assert.Equal("2026-10: " + message, found.Message);
        Assert.Equal(("vantetid.csv", Everybody + row), (found.Entry, (int)found.Line!.Value));
    }

    [Theory]
    [InlineData(
        20,
        21,
        "group-sum",
        "urvalet ja har fler patienter än alla. Räkna om båda ur samma uttag. Raden pekar på alla."
    )]
    [InlineData(
        20,
        17,
        "derivable",
        "alla minus urvalet ja är mellan 1 och 4 patienter: resten går att räkna ut. Undertryck ja i 2026-10."
    )]
    public void A_group_that_leaves_a_rest_is_named(int all, int general, string code, string message)
    {
        var file = NcrFile.Good();
        file.Cell(NcrFile.Falun, "CJD", "2026-10", "alla", $"[[0,6,{all}]]", all);
        file.Cell(NcrFile.Falun, "CJD", "2026-10", "ja", $"[[0,6,{general}]]", general);

        var found = Assert.Single(Reading.Read(file).Findings.Listed, f => f.Code == code);
        Assert.Equal("2026-10: " + message, found.Message);
    }

    [Theory]
    [InlineData(
        "365D: ALLA:40 14:x EJ:30; 90D: ALLA:20 EJ:20; 30D: ALLA:10 EJ:10",
        "EJ i 365D samt alla celler i 30D och 90D."
    )]
    [InlineData("365D: ALLA:50 14:x 30:30 EJ:10; 90D: ALLA:8 EJ:8", "30 i 365D.")] // not the smallest, but in no shorter window
    [InlineData(
        "365D: ALLA:60 14:x EJ:30; 90D: ALLA:50 14:x 30:x EJ:20; 30D: ALLA:30 14:x 30:x EJ:10",
        "EJ i 30D, 90D och 365D."
    )]
    public void What_is_advised_to_be_masked_does_not_lead_to_the_next_refusal(string periods, string advice)
    {
        var file = SporFile.Good();
        foreach (var period in periods.Split("; "))
        {
            var cells = period.Split(' ');
            foreach (var cell in cells[1..].Select(c => c.Split(':')))
            {
                file.Cells("JKA", cells[0][..^1], (cell[0], cell[1] == "x" ? null : int.Parse(cell[1], null)));
            }
        }

        file.Asa.Add(SporFile.Falun + ";JKA;0;0");
        var found = Reading.Read(file).Findings.Listed.First(f => f.Code == "derivable");
        Assert.Contains("; förslagsvis " + advice, found.Message, StringComparison.Ordinal);
    }
}
