using System.Collections.Frozen;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Picture;

/// <summary>The delivery of one source that a picture stands on.</summary>
public sealed record PictureSource(
    Source Source,
    DateOnly ReferenceDate,
    int Correction,
    bool IsSynthetic,
    string FileName,
    string Sha256,
    DateTimeOffset ReceivedAt,
    DateTimeOffset PublishedAt,
    int Units,
    long Operations
);

/// <summary>
/// The whole situational picture: immutable, computed when a delivery is published, swapped whole. Everything that is
/// shown or served about figures is read from here and from nowhere else.
/// </summary>
public sealed class Picture
{
    private readonly FrozenDictionary<string, ProcedurePicture> _procedures;
    private readonly FrozenDictionary<string, Unit> _units;

    /// <param name="id">The publication's id.</param>
    /// <param name="parts">One for each source that has a published delivery.</param>
    public Picture(
        string id,
        DateTimeOffset publishedAt,
        ProcedureCatalogue catalogue,
        IReadOnlyList<SourcePicture> parts
    )
    {
        Id = id;
        PublishedAt = publishedAt;
        Catalogue = catalogue;
        Parts = [.. parts.OrderBy(p => p.Origin.Source.Code, StringComparer.Ordinal)];
        Procedures = [.. Parts.SelectMany(p => p.Procedures).OrderBy(p => p.Procedure.Code, StringComparer.Ordinal)];
        _procedures = Procedures.ToFrozenDictionary(p => p.Procedure.Code);
        Units =
        [
            .. Parts
                .SelectMany(p => p.Units)
                .GroupBy(u => u.HsaId)
                .Select(OneUnit)
                .OrderBy(u => u.Name, StringComparer.Create(ProcedureCatalogue.Swedish, ignoreCase: true))
                .ThenBy(u => u.HsaId, StringComparer.Ordinal),
        ];
        _units = Units.ToFrozenDictionary(u => u.HsaId);
    }

    public string Id { get; }

    public DateTimeOffset PublishedAt { get; }

    public ProcedureCatalogue Catalogue { get; }

    /// <summary>By source code.</summary>
    public IReadOnlyList<SourcePicture> Parts { get; }

    /// <summary>By source code.</summary>
    public IEnumerable<PictureSource> Sources => Parts.Select(p => p.Origin);

    /// <summary>Procedures that any unit has a cell of, by code.</summary>
    public IReadOnlyList<ProcedurePicture> Procedures { get; }

    /// <summary>By name, Swedish order.</summary>
    public IReadOnlyList<Unit> Units { get; }

    public bool IsSynthetic => Sources.Any(s => s.IsSynthetic);

    /// <summary>Null where no unit has a cell of it.</summary>
    public ProcedurePicture? FindProcedure(string code) => _procedures.GetValueOrDefault(code);

    public Unit? FindUnit(string hsaId) => _units.GetValueOrDefault(hsaId);

    // Two sources may declare the same unit: the later reference date tells its name, both tell when it last operated.
    private static Unit OneUnit(IEnumerable<Unit> declared)
    {
        var all = declared.ToList();
        return all.Count == 1
            ? all[0]
            : all[^1] with
            {
                Sources = [.. all.SelectMany(u => u.Sources).Distinct().Order(StringComparer.Ordinal)],
                LastMonthWithOperations = all.Max(u => u.LastMonthWithOperations),
            };
    }
}

/// <summary>Holds the picture that is served now. The only thing that changes; readers take it once per request.</summary>
public sealed class CurrentPicture
{
    private volatile Picture? _value;

    /// <summary>Null until the first publication.</summary>
    public Picture? Value => _value;

    public void Swap(Picture picture) => _value = picture;
}
