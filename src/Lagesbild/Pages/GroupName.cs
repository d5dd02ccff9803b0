using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Pages;

/// <summary>
/// A patient group as a page's address and headings name it. Made from the label on screen, so that a new source brings
/// its groups' names with it.
/// </summary>
public static class GroupName
{
    private const string Days = "-dagar";

    /// <summary>alla, 0-14, over-180-dagar-eller-ingen, narkos</summary>
    public static string InAddress(PatientGroup group)
    {
        var name = new StringBuilder();
        foreach (var letter in group.Label.Split('(')[0].Trim().ToLower(ProcedureCatalogue.Swedish))
        {
            name.Append(
                letter switch
                {
                    'å' or 'ä' => 'a',
                    'ö' => 'o',
                    _ when char.IsAsciiLetterOrDigit(letter) => letter,
                    _ => '-',
                }
            );
        }

        var all = name.ToString();
        return all.EndsWith(Days, StringComparison.Ordinal) ? all[..^Days.Length] : all;
    }

    /// <summary>Place among the source's groups; −1 where there is none. The API's names are understood too: older links have them.</summary>
    public static int IndexOf(Source source, string value)
    {
        for (var i = 0; i < source.Groups.Count; i++)
        {
            if (InAddress(source.Groups[i]) == value)
            {
                return i;
            }
        }

        return source.IndexOfApiGroup(value);
    }

    /// <summary>For a note: what there is to choose.</summary>
    public static string Choices(Source source) => string.Join(", ", source.Groups.Select(InAddress));

    /// <summary>"medicinsk bortre tidsgräns: 0–14 dagar", "narkos (generell anestesi)"</summary>
    public static string InSentence(Source source, int group)
    {
        var label = source.Groups[group].Label;
        return (
            label.StartsWith(source.GroupLabel!, StringComparison.Ordinal) ? label : $"{source.GroupLabel}: {label}"
        ).ToLower(ProcedureCatalogue.Swedish);
    }
}
