using Lagesbild.Catalogue;
using Lagesbild.Commands.Samples;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Commands;

/// <summary>
/// Takes a small synthetic delivery through reading and computing, in memory, and throws the result away. What the runtime has
/// not compiled yet costs a national delivery half its time, and the first may come as soon as the service has started.
/// Several times, because it compiles in two steps: what is called often is compiled again, and better.
/// </summary>
internal static class Rehearsal
{
    private const int Times = 8;

    private static readonly Lazy<Task> Once = new(() =>
    {
        var first = Task.Run(First);
        _ = first.ContinueWith(
            static delivery => Again(delivery.Result),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default
        );
        return first;
    });

    /// <summary>What is taken through, and its name and catalogue.</summary>
    private sealed record Delivery(MemoryStream File, SampleRequest Request, ProcedureCatalogue Catalogue);

    /// <summary>
    /// Begins at the first call; done when everything has been compiled once. The rest goes on behind the start: nobody who
    /// comes to look has to wait for it.
    /// </summary>
    public static Task OnceAsync() => Once.Value;

    private static Delivery First()
    {
        var day = new DateOnly(2026, 11, 21);
        var request = new SampleRequest("SPOR", day, Units: 12, Procedures: 60, Seed: 1, National: false);
        var catalogue = ProcedureCatalogue.Load();
        var file = new MemoryStream();
        SampleFile.Write(new SampleCountry(catalogue, request), request, file, null, CancellationToken.None);
        var delivery = new Delivery(file, request, catalogue);
        Take(delivery);
        return delivery;
    }

    private static void Again(Delivery delivery)
    {
        for (var i = 1; i < Times; i++)
        {
            Take(delivery);
        }
    }

    private static void Take(Delivery delivery)
    {
        var (file, request, catalogue) = delivery;
        file.Position = 0;
        var read = SourceReaders.Standard.Read(
            request.FileName,
            file,
            new ReadContext(catalogue, request.ReferenceDate, AllowSynthetic: true),
            expectedSource: null,
            CancellationToken.None
        );
        var contents = read.Contents!;
        SourcePicture.Build(
            contents,
            new PictureSource(
                contents.Source,
                request.ReferenceDate,
                1,
                true,
                request.FileName,
                read.Sha256,
                default,
                default,
                0,
                0
            ),
            catalogue
        );
    }
}
