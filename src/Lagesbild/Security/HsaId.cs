using System.Text.RegularExpressions;

namespace Lagesbild.Security;

/// <summary>The identity in a SITHS certificate: <c>SE</c>, an organisation number, a hyphen, and a suffix.</summary>
internal static partial class HsaId
{
    public const int MaxLength = 31;

    [GeneratedRegex(@"\ASE[0-9]{10}-[A-Za-z0-9]{1,18}\z")]
    public static partial Regex Strict();

    [GeneratedRegex(@"\A[0-9]{10}\z")]
    private static partial Regex OrganisationNumber();

    /// <summary>Whole-value match of a configured pattern; linear in time, whatever the pattern.</summary>
    public static Regex Anchored(string pattern) =>
        new($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>
    /// A personal identity number is no HSA-id under any pattern, however loose, and stands in none: neither in the place of
    /// the organisation's number, whose third digit is at least 2, nor among what else there is.
    /// </summary>
    public static bool IsValid(string value, Regex pattern) =>
        value.Length <= MaxLength
        && pattern.IsMatch(value)
        && Organisation(value) is [_, _, >= '2', ..]
        && value.Count(char.IsDigit) < 20;

    public static bool IsOrganisation(string value) => OrganisationNumber().IsMatch(value);

    /// <summary>The ten digits before the hyphen; null where there are none.</summary>
    public static string? Organisation(string hsaId)
    {
        var hyphen = hsaId.IndexOf('-', StringComparison.Ordinal);
        return hyphen >= 10 && hsaId[(hyphen - 10)..hyphen] is var digits && IsOrganisation(digits) ? digits : null;
    }
}
