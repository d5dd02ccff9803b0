using System.Diagnostics.CodeAnalysis;
using Lagesbild.Picture;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace Lagesbild.Pages.Errors;

/// <summary>What a page answers when it has nothing to show.</summary>
/// <param name="Heading">What could not be shown.</param>
/// <param name="Explanation">Why, and what one may do.</param>
public sealed record Nothing(string Heading, string Explanation)
{
    public static Nothing Page { get; } =
        new("Sidan finns inte", "Adressen leder ingenstans. Kanske är den felskriven, eller så är länken gammal.");

    public static Nothing Unit { get; } =
        new(
            "Vårdenheten finns inte",
            "Ingen källa har en enhet med det HSA-id:t. Ett HSA-id skrivs som SE2321000180-EX01, och stora bokstäver är inte detsamma "
                + "som små. Är det rätt skrivet kan enheten ha bytt id, eller aldrig ha rapporterat till registret. Sök i stället en "
                + "åtgärd, och välj enheten i tabellen."
        );

    public static Nothing Procedure { get; } =
        new(
            "Åtgärden finns inte",
            "Ingen åtgärd har den koden. En kod har tre bokstäver, till exempel NGB. Sök i stället på vad operationen kallas."
        );

    public static Nothing Delivery { get; } =
        new("Leveransen finns inte", "Ingen leverans har det id:t. Gå till leveranserna och leta där.");

    public static Nothing Picture { get; } =
        new(
            "Lägesbilden finns inte",
            "Ingen lägesbild med det id:t har publicerats. Gå till leveranserna och leta där."
        );
}

internal static class Answers
{
    /// <summary>404, with the search field.</summary>
    public static IActionResult Missing(this PageModel page, Nothing nothing) =>
        page.View("/Pages/Errors/Missing.cshtml", nothing, StatusCodes.Status404NotFound);

    /// <summary>503: no delivery has been published yet.</summary>
    public static IActionResult NoPicture(this PageModel page)
    {
        page.Response.Headers.RetryAfter = "60";
        return page.View("/Pages/Errors/NoPicture.cshtml", null, StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>
    /// The procedure that an address ends with; false with what to answer instead: that there is none, or the address with
    /// the code in capitals.
    /// </summary>
    public static bool TryFindSubject(
        this PageModel page,
        Picture.Picture picture,
        string folder,
        string writtenCode,
        [NotNullWhen(true)] out ProcedurePicture? subject,
        [NotNullWhen(false)] out IActionResult? instead
    )
    {
        var code = writtenCode.ToUpperInvariant();
        subject = picture.FindProcedure(code);
        instead =
            subject is null ? page.Missing(Nothing.Procedure)
            : code != writtenCode ? new RedirectResult($"{folder}/{code}{page.Request.QueryString}")
            : null;
        return instead is null;
    }

    /// <summary>503: the database does not answer.</summary>
    public static IActionResult LedgerAway(this PageModel page)
    {
        page.Response.Headers.RetryAfter = "60";
        return page.View("/Pages/Errors/LedgerAway.cshtml", null, StatusCodes.Status503ServiceUnavailable);
    }

    private static ViewResult View(this PageModel page, string name, object? model, int status) =>
        new()
        {
            ViewName = name,
            StatusCode = status,
            ViewData = new ViewDataDictionary(page.MetadataProvider, page.ModelState) { Model = model },
        };
}
