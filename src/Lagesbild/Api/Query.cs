using System.Globalization;
using System.Text;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;
using Microsoft.AspNetCore.WebUtilities;

namespace Lagesbild.Api;

/// <summary>
/// A query string, read against the parameters that a resource knows. The first thing wrong with it is kept in
/// <see cref="Problem"/>; whoever reads values looks there before using them.
/// </summary>
internal sealed class Query
{
    private readonly IReadOnlyList<Parameter> _known;
    private readonly List<string>?[] _values;
    private readonly int[] _given;

    private Query(IReadOnlyList<Parameter> known)
    {
        _known = known;
        _values = new List<string>?[known.Count];
        _given = new int[known.Count];
    }

    /// <summary>Null as long as everything is in order.</summary>
    public Problem? Problem { get; private set; }

    public static Query Read(IReadOnlyList<Parameter> known, string? queryString)
    {
        var query = new Query(known);
        foreach (var pair in new QueryStringEnumerable(queryString))
        {
            query.Take(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        }

        for (var i = 0; i < known.Count; i++)
        {
            if (known[i].IsRequired && query._values[i] is null)
            {
                query.Refuse(Problem.MissingParameter(known[i].Name, known[i].Shape));
            }
        }

        return query;
    }

    /// <summary>Keeps the first problem.</summary>
    public void Refuse(Problem problem) => Problem ??= problem;

    public bool Has(Parameter parameter) => ValuesOf(parameter) is not null;

    /// <summary>The value, or the default; null without either.</summary>
    public string? Find(Parameter parameter) => ValuesOf(parameter)?[0] ?? parameter.Default;

    /// <summary>All values, each once; empty where the parameter was not given.</summary>
    public IReadOnlyList<string> All(Parameter parameter) => ValuesOf(parameter) ?? [];

    /// <summary>A whole number, or the default; null without either, or where it is refused.</summary>
    public long? Whole(Parameter parameter) => Find(parameter) is { } text ? Parameter.WholeOf(text) : null;

    public double? Number(Parameter parameter) => Find(parameter) is { } text ? Parameter.NumberOf(text) : null;

    /// <summary>
    /// The procedures asked for, known to the catalogue or to the picture; refused where neither knows one. Empty where
    /// something is refused.
    /// </summary>
    public IReadOnlyList<Procedure> Procedures(Parameter parameter, Picture.Picture picture)
    {
        var procedures = new List<Procedure>();
        foreach (var code in Problem is null ? All(parameter) : [])
        {
            if ((picture.FindProcedure(code)?.Procedure ?? picture.Catalogue.FindProcedure(code)) is { } procedure)
            {
                procedures.Add(procedure);
            }
            else
            {
                Refuse(parameter.Invalid(code));
            }
        }

        return Problem is null ? procedures : [];
    }

    /// <summary>What the parameter <c>format</c> says, or else what was accepted; null where neither leads to one.</summary>
    public Representation? Representation(IReadOnlyList<Representation> all, Representation? accepted)
    {
        var place = PlaceOf(Parameters.Format.Name);
        return place >= 0 && _values[place] is [var format]
            ? all.FirstOrDefault(one => one.Format == format)
            : accepted;
    }

    /// <summary>The regions asked for; refused where one is unknown.</summary>
    public IReadOnlyList<string> Regions(Picture.Picture picture)
    {
        var regions = All(Parameters.Region);
        foreach (var region in regions.Where(code => picture.Catalogue.FindRegion(code) is null))
        {
            Refuse(Parameters.Region.Invalid(region));
        }

        return regions;
    }

    /// <summary>The units asked for; refused where the picture lacks one.</summary>
    public IReadOnlyList<string> Units(Picture.Picture picture)
    {
        var units = All(Parameters.Unit);
        foreach (var unit in units.Where(hsaId => picture.FindUnit(hsaId) is null))
        {
            Refuse(Parameters.Unit.Invalid(unit));
        }

        return units;
    }

    /// <summary>The patient group's place in the source's groups; 0, everybody, where none was asked for.</summary>
    public int Group(IReadOnlyList<Parameter> groupParameters, Source? source)
    {
        var chosen = 0;
        foreach (var parameter in groupParameters)
        {
            if (Find(parameter) is not { } value)
            {
                continue;
            }

            var group =
                source is not null && parameter.Name == source.GroupParameter ? source.IndexOfApiGroup(value) : -1;
            if (group < 1)
            {
                var available = source?.GroupParameter is { } filter
                    ? $"{filter} = {string.Join(", ", source.Groups.Skip(1).Select(g => g.ApiValue))}"
                    : "none";
                Refuse(
                    Problem.GroupNotAvailable(
                        parameter.Name,
                        $"The figures of this procedure come from {source?.Code ?? "no source"}, which has no patient group "
                            + $"{parameter.Name}={value}. It has: {available}."
                    )
                );
            }

            chosen = group;
        }

        return chosen;
    }

    /// <summary>A region says nothing about the whole country, and must not seem to.</summary>
    public void RefuseRegionOfCountry(Level level)
    {
        if (level == Level.Country && Has(Parameters.Region))
        {
            Refuse(
                Problem.ParameterConflict(
                    Parameters.Region.Name,
                    "The parameter region does not go with level=country."
                )
            );
        }
    }

    /// <summary>A download has no pages.</summary>
    public void RefusePaging()
    {
        foreach (var parameter in (Parameter[])[Parameters.Limit, Parameters.Page])
        {
            if (Has(parameter))
            {
                Refuse(
                    Problem.ParameterConflict(
                        parameter.Name,
                        $"The parameter {parameter.Name} goes with format=json only: every other format holds all rows."
                    )
                );
            }
        }
    }

    /// <summary>
    /// The same request in one spelling: known order, values escaped alike, repeated ones sorted. What was left to its
    /// default stays out. <paramref name="page"/> replaces the page asked for.
    /// </summary>
    public string Canonical(string path, long? page = null)
    {
        var link = new StringBuilder(path);
        var separator = '?';
        for (var i = 0; i < _known.Count; i++)
        {
            var parameter = _known[i];
            if (parameter == Parameters.Page && page is { } number)
            {
                link.Append(separator).Append("page=").Append(number.ToString(CultureInfo.InvariantCulture));
                separator = '&';
                continue;
            }

            foreach (var value in _values[i] ?? [])
            {
                link.Append(separator).Append(parameter.Name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return link.ToString();
    }

    private void Take(string name, string value)
    {
        var place = PlaceOf(name);
        if (place < 0)
        {
            Refuse(Unknown(name));
            return;
        }

        var parameter = _known[place];
        var values = _values[place] ??= [];
        if (values.Count > 0 && !parameter.IsRepeatable)
        {
            Refuse(Problem.RepeatedParameter(parameter.Name));
            return;
        }

        if (++_given[place] > Parameter.MostValues)
        {
            Refuse(
                Problem.InvalidParameter(
                    parameter.Name,
                    $"The parameter {parameter.Name} may be given {Parameter.MostValues} times at most."
                )
            );
            return;
        }

        if (parameter.Judge(value) is { } problem)
        {
            Refuse(problem);
        }

        var at = values.BinarySearch(value, StringComparer.Ordinal);
        if (at < 0)
        {
            values.Insert(~at, value);
        }
    }

    private List<string>? ValuesOf(Parameter parameter)
    {
        var place = PlaceOf(parameter.Name);
        return place < 0 ? null : _values[place];
    }

    private int PlaceOf(string name)
    {
        for (var i = 0; i < _known.Count; i++)
        {
            if (_known[i].Name == name || IsDeepNameOf(_known[i], name))
            {
                return i;
            }
        }

        return -1;
    }

    // minAsa[minAsa34Count]: some clients write every object so, whatever the contract says of its style.
    private static bool IsDeepNameOf(Parameter parameter, string name) =>
        parameter.Object is { } within && name.EndsWith(']') && name == $"{within}[{parameter.Name}]";

    private Problem Unknown(string name)
    {
        var names = _known.Select(parameter => parameter.Name).ToList();
        if (names.Count == 0)
        {
            return Problem.UnknownParameter("The resource takes no query parameters.", Plain(name));
        }

        var nearest = names.MinBy(known => Distance(known, name));
        var suggestion =
            _known.FirstOrDefault(parameter => parameter.Object == name) is { } member
                ? $" Write {member.Name}={member.Example}."
            : nearest is not null && Distance(nearest, name) <= Math.Max(2, nearest.Length / 3)
                ? $" Did you mean {nearest}?"
            : "";
        return Problem.UnknownParameter(
            name.Length == 0
                ? $"A value was given without a parameter's name. Known: {string.Join(", ", names)}."
                : $"There is no parameter {Echo.Value(name)} here.{suggestion} Known: {string.Join(", ", names)}.",
            Plain(name)
        );
    }

    // The machine-readable member repeats a name only where that is harmless as it stands.
    private static string? Plain(string name) =>
        name.Length is > 0 and <= 60
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '[' or ']' or '-' or '_' or '.')
        && !Echo.MayBePersonal(name)
            ? name
            : null;

    // Levenshtein, letters compared without case; names are short, and long ones are near nothing.
    private static int Distance(string known, string given)
    {
        if (given.Length > 2 * known.Length)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, given.Length + 1).ToArray();
        for (var i = 1; i <= known.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= given.Length; j++)
            {
                var same = char.ToLowerInvariant(known[i - 1]) == char.ToLowerInvariant(given[j - 1]);
                var cost = Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[j], row[j - 1]) + 1);
                diagonal = row[j];
                row[j] = cost;
            }
        }

        return row[^1];
    }
}
