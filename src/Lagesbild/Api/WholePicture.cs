using Lagesbild.Deliveries;
using Lagesbild.Formats;

namespace Lagesbild.Api;

/// <summary>The whole picture as one streamed file, for regions that load it into their own systems.</summary>
internal static class WholePictureResource
{
    private static readonly Parameter Format = Parameters.FormatAmong(
        Representation.OfPicture,
        new Bilingual(
            "Filens format: csv, eller json med ett objekt på varje rad; går före Accept.",
            "Format of the file: csv, or json with an object on each line; takes precedence over the Accept header."
        )
    );

    public static void Map(ApiRoutes routes) =>
        routes
            .Download(
                "/pictures/current/waiting-times",
                [Format],
                Representation.OfPicture,
                (request, format) => Download.OfPicture(request.Picture, format)
            )
            .Describe(
                "downloadPicture",
                "Hela lägesbilden",
                "The whole picture",
                "Varje vårdenhets rad för varje åtgärd, period och urval i en strömmad fil, för system som läser in allt. "
                    + "Fråga med If-None-Match: 304 tills en ny lägesbild publicerats.",
                "Every care unit's row for every procedure, period and patient group in one streamed file, for systems that "
                    + "load it all. Ask with If-None-Match: 304 until a new picture has been published."
            );
}
