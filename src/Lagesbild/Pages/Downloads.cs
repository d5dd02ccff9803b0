using System.Text;
using Lagesbild.Formats;
using Lagesbild.Pages.Comparison;
using Lagesbild.Pages.Procedures;
using Lagesbild.Picture;
using Lagesbild.Security;

namespace Lagesbild.Pages;

/// <summary>
/// What a page shows, as a file: the same rows in the same order, from the same picture. The address is the page's own with
/// another beginning, so that a link to a file can be sent on as a link to a page can.
/// </summary>
internal static class Downloads
{
    private const string Waits = "/hamta/vantetider";
    private const string Months = "/hamta/utveckling";

    private static readonly (string Name, DownloadFormat Format)[] Forms =
    [
        ("xlsx", DownloadFormat.Xlsx),
        ("csv", DownloadFormat.CsvForExcel),
    ];

    public static void MapDownloads(this WebApplication app)
    {
        app.MapGet(
                Waits + "/{kod}.{form}",
                (HttpContext context, string kod, string form) => Answer(context, kod, form, OfWaits)
            )
            .RequireAuthorization(Roles.Reader);
        app.MapGet(
                Months + "/{kod}.{form}",
                (HttpContext context, string kod, string form) => Answer(context, kod, form, OfMonths)
            )
            .RequireAuthorization(Roles.Reader);
    }

    /// <summary>The table that a page's query shows.</summary>
    public static string AddressOfTable(string code, string form, string query) => $"{Waits}/{code}.{form}{query}";

    /// <summary>18 months of the same units, or of the level that is shown.</summary>
    public static string AddressOfMonths(string code, string form, string query) => $"{Months}/{code}.{form}{query}";

    private static async Task Answer(
        HttpContext context,
        string code,
        string form,
        Func<Picture.Picture, ProcedurePicture, IQueryCollection, DownloadFormat, Download> make
    )
    {
        var format = Forms.FirstOrDefault(one => one.Name == form);
        var shell = context.RequestServices.GetRequiredService<Shell>();
        if (shell.Picture is not { } picture || format.Name is null || picture.FindProcedure(code) is not { } subject)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("Filen finns inte.", Encoding.UTF8, context.RequestAborted);
            return;
        }

        var download = make(picture, subject, context.Request.Query, format.Format);
        context.RowsReturned(download.Rows);
        context.Response.ContentType = download.MediaType;
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{download.FileName}\"";
        await download.WriteAsync(new Receiver(context), context.RequestAborted);
    }

    private static Download OfWaits(
        Picture.Picture picture,
        ProcedurePicture subject,
        IQueryCollection query,
        DownloadFormat format
    )
    {
        var filter = TableFilter.Read(query, subject.Source, picture, new Notes());
        var rows = ShownTable.Of(subject, filter).Distinct;
        return Download.OfWaitingTimes(
            picture,
            [new WaitingTimesTable(subject.Procedure, subject, filter.ToQuery(), rows)],
            format
        );
    }

    private static Download OfMonths(
        Picture.Picture picture,
        ProcedurePicture subject,
        IQueryCollection query,
        DownloadFormat format
    )
    {
        var units = ChosenUnits.Read(query, picture, new Notes());
        var filter = TableFilter.Read(query, subject.Source, picture, new Notes());
        var (asked, places) =
            units.Count > 0
                ? (
                    new TableQuery(filter.Period, filter.Group) { Units = [.. units.Select(unit => unit.HsaId)] },
                    (IEnumerable<Place>)[Place.Country, .. units.Select(Place.Of)]
                )
                : (filter.ToQuery(), ShownTable.Of(subject, filter).Distinct.Select(row => row.Place));
        return Download.OfTrends(
            picture,
            [
                new TrendTable(
                    subject.Procedure,
                    subject,
                    asked,
                    [
                        .. from place in places
                        let months = subject.FindMonths(place, filter.Group)
                        where months is not null
                        select new TrendRow(place, months),
                    ]
                ),
            ],
            format
        );
    }
}
