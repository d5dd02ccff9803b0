using System.Text;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Api;

/// <summary>The links from a row to its trend and its explanation.</summary>
internal static class Links
{
    public static RowLinks Of(
        Picture.Picture picture,
        string procedure,
        Source source,
        Place place,
        Period period,
        int group
    ) =>
        new(
            new Link(Href("/trends", picture, procedure, source, place, null, group)),
            new Link(Href("/waiting-times/explain", picture, procedure, source, place, period, group))
        );

    public static Link Explain(
        Picture.Picture picture,
        string procedure,
        Source source,
        Place place,
        Period period,
        int group
    ) => new(Href("/waiting-times/explain", picture, procedure, source, place, period, group));

    private static string Href(
        string path,
        Picture.Picture picture,
        string procedure,
        Source source,
        Place place,
        Period? period,
        int group
    )
    {
        var link = new StringBuilder(ApiSetup.Root).Append(path).Append("?procedure=").Append(procedure);
        if (period is { } window)
        {
            link.Append("&period=").Append(window.ApiValue);
        }

        if (place.Level != Level.Unit)
        {
            link.Append("&level=").Append(place.Level.ApiValue());
        }

        // A healthcare region is named by a region in it.
        var region =
            place.Region?.Code
            ?? picture.Catalogue.Regions.FirstOrDefault(r => r.HealthcareRegion == place.HealthcareRegion)?.Code;
        if (region is not null)
        {
            link.Append("&region=").Append(region);
        }

        if (place.Unit is { } unit)
        {
            link.Append("&unit=").Append(unit.HsaId);
        }

        if (group > 0)
        {
            link.Append('&').Append(source.GroupParameter).Append('=').Append(source.Groups[group].ApiValue);
        }

        return link.ToString();
    }
}
