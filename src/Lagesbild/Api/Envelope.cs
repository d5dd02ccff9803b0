using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>The picture that a response's figures were read from.</summary>
/// <param name="Id">The publication's id; changes whenever a figure may have.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="Sources">The delivery of each source that it stands on.</param>
public sealed record PictureInfo(string Id, DateTimeOffset PublishedAt, IReadOnlyList<PictureSourceInfo> Sources)
{
    internal static PictureInfo Of(Picture.Picture picture) =>
        new(
            picture.Id,
            picture.PublishedAt,
            [.. picture.Sources.Select(s => new PictureSourceInfo(s.Source.Code, s.ReferenceDate, s.IsSynthetic))]
        );
}

/// <summary>A source's part of the picture.</summary>
/// <param name="Source">Code of the register: SPOR, NCR.</param>
/// <param name="ReferenceDate">Last day that the figures cover.</param>
/// <param name="Synthetic">True for invented data.</param>
public sealed record PictureSourceInfo(string Source, DateOnly ReferenceDate, bool Synthetic);

/// <summary>A response of several rows: the audit log counts them. Any other is one.</summary>
internal interface ICounted
{
    int Rows { get; }
}

/// <summary>A text in both languages.</summary>
/// <param name="Sv">Swedish.</param>
/// <param name="En">English.</param>
public sealed record BilingualText(string Sv, string En)
{
    internal static BilingualText Of(Bilingual text) => new(text.Swedish, text.English);
}

/// <summary>A link.</summary>
/// <param name="Href">Path and query, relative to the host.</param>
public sealed record Link(string Href);

/// <summary>Where in a list a page is.</summary>
/// <param name="Page">This page, from 1.</param>
/// <param name="Limit">Rows on a page at most.</param>
/// <param name="Count">Rows on this page.</param>
/// <param name="TotalCount">Rows in all.</param>
/// <param name="TotalPages">Pages in all; 0 where there are no rows.</param>
public sealed record ListMeta(long Page, int Limit, int Count, int TotalCount, int TotalPages);

/// <summary>The list's pages, each with the other parameters of the request.</summary>
/// <param name="Self">This page.</param>
/// <param name="First">The first page.</param>
/// <param name="Prev">The page before; null on the first, the last page for one past the end.</param>
/// <param name="Next">The page after; null on the last.</param>
/// <param name="Last">The last page.</param>
public sealed record ListLinks(Link Self, Link First, Link? Prev, Link? Next, Link Last);

/// <summary>The procedure that figures are about.</summary>
/// <param name="Code">KVÅ, three characters.</param>
/// <param name="Title">Official heading, Swedish; the bare code where the catalogue lacks it.</param>
/// <param name="Source">Code of the register that the figures come from.</param>
public sealed record ProcedureInfo(string Code, string Title, string Source)
{
    internal static ProcedureInfo Of(Procedure procedure) => new(procedure.Code, procedure.Title, procedure.Source);
}

/// <summary>The care unit that a row is about.</summary>
/// <param name="HsaId">Its HSA-id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Region">County code of the region where it lies, two digits.</param>
/// <param name="Municipality">Municipality code, four digits.</param>
/// <param name="Operator"><c>public</c>, <c>private</c> or <c>non-profit</c>.</param>
public sealed record UnitInfo(string HsaId, string Name, string Region, string Municipality, string Operator)
{
    internal static UnitInfo Of(Unit unit) =>
        new(unit.HsaId, unit.Name, unit.Region.Code, unit.Municipality.Code, unit.Operator.ApiValue());
}

/// <summary>The region that a row is about.</summary>
/// <param name="Code">County code, two digits.</param>
/// <param name="Name">Its name.</param>
public sealed record RegionInfo(string Code, string Name)
{
    internal static RegionInfo Of(Region region) => new(region.Code, region.Name);
}

/// <summary>A row's further resources.</summary>
/// <param name="Trend">Its 18 months.</param>
/// <param name="Explain">How its figure came about.</param>
public sealed record RowLinks(Link Trend, Link Explain);

/// <summary>One page of a list that is all there.</summary>
internal static class Paging
{
    public static (IReadOnlyList<T> Rows, ListMeta Meta, ListLinks Links) Of<T>(
        PictureRequest request,
        IReadOnlyList<T> all
    )
    {
        var limit = (int)request.Query.Whole(Parameters.Limit)!.Value;
        var start = (int)Math.Min(Skip(request.Query.Whole(Parameters.Page)!.Value, limit), all.Count);
        var count = Math.Min(limit, all.Count - start);
        var rows = new List<T>(count);
        for (var i = start; i < start + count; i++)
        {
            rows.Add(all[i]);
        }

        var (meta, links) = Of(request.Query, request.Path, count, all.Count);
        return (rows, meta, links);
    }

    /// <summary>Rows before a page. Past the last page there is nothing, however far past.</summary>
    public static long Skip(long page, int limit) => Math.Min(page - 1, int.MaxValue) * limit;

    /// <summary>For a page of <paramref name="count"/> rows that was found elsewhere.</summary>
    public static (ListMeta Meta, ListLinks Links) Of(Query query, string path, int count, int all)
    {
        var limit = (int)query.Whole(Parameters.Limit)!.Value;
        var page = query.Whole(Parameters.Page)!.Value;
        var pages = (all + limit - 1) / limit;
        Link To(long number) => new(query.Canonical(path, number));
        return (
            new ListMeta(page, limit, count, all, pages),
            new ListLinks(
                new Link(query.Canonical(path)),
                To(1),
                page == 1 ? null : To(Math.Clamp(page - 1, 1, Math.Max(1, pages))),
                page < pages ? To(page + 1) : null,
                To(Math.Max(1, pages))
            )
        );
    }
}

/// <summary>The words of the API for what the program knows by its own names.</summary>
internal static class ApiValues
{
    public static string ApiValue(this Operator kind) => kind.Word().English;

    public static string ApiValue(this Level level) => level.Word().English;

    public static Level LevelOf(string value) => Enum.GetValues<Level>().First(level => level.ApiValue() == value);

    public static Operator OperatorOf(string value) =>
        Enum.GetValues<Operator>().First(kind => kind.ApiValue() == value);

    /// <summary>Null where the cell has a figure.</summary>
    public static string? ApiValue(this Absence absence) => absence.Word()?.English;
}
