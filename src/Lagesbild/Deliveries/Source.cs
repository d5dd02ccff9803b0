namespace Lagesbild.Deliveries;

/// <summary>A patient group: a filter that a navigator may set.</summary>
/// <param name="Code">As delivered (<c>ALLA</c>, <c>14</c>, <c>ja</c>).</param>
/// <param name="ApiValue">As asked for over the API (<c>all</c>, <c>0-14</c>, <c>general</c>).</param>
/// <param name="Label">On screen, Swedish.</param>
public sealed record PatientGroup(string Code, string ApiValue, string Label);

/// <summary>A text in the two languages of the service.</summary>
public sealed record Bilingual(string Swedish, string English);

/// <summary>What is known about a register before it has sent anything.</summary>
/// <param name="Code">Short name: the file name's prefix, the inbox's folder, the catalogue's source column.</param>
/// <param name="Name">Full Swedish name.</param>
/// <param name="Clock">From when to when a wait is measured.</param>
/// <param name="ClockShort">The same in a few words, for a table's foot.</param>
/// <param name="Coverage">Who is in the register and who is not.</param>
/// <param name="Groups">The first is everybody.</param>
/// <param name="GroupParameter">Query parameter that chooses among the others (<c>timeLimit</c>, <c>anaesthesia</c>); null without groups.</param>
/// <param name="GroupLabel">What that filter is called on screen, Swedish; null without groups.</param>
/// <param name="GroupsPartition">True where the groups after the first add up to it.</param>
/// <param name="HasAsa">True where ASA classes are delivered.</param>
public sealed record Source(
    string Code,
    string Name,
    Bilingual Clock,
    Bilingual ClockShort,
    Bilingual Coverage,
    IReadOnlyList<PatientGroup> Groups,
    string? GroupParameter,
    string? GroupLabel,
    bool GroupsPartition,
    bool HasAsa
)
{
    /// <summary>Place of a group by its delivered code; −1 where there is none.</summary>
    public int IndexOfGroup(string code) => IndexOf(group => group.Code == code);

    /// <summary>Place of a group by its API value; −1 where there is none.</summary>
    public int IndexOfApiGroup(string apiValue) => IndexOf(group => group.ApiValue == apiValue);

    private int IndexOf(Func<PatientGroup, bool> isIt)
    {
        for (var i = 0; i < Groups.Count; i++)
        {
            if (isIt(Groups[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
