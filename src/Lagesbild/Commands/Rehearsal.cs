using Lagesbild.Catalogue;
using Lagesbild.Commands.Samples;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Commands;

/// <summary>
/// Takes a small synthetic delivery through reading and computing, in memory, and throws the result away. What the runtime has
/// not compiled yet costs a national delivery half its time, and the first may come as soon as the service has started.
/// What is called often the runtime compiles again, and better; but it counts calls only while nothing new is compiled: so
/// once before the service listens, and again when the start has calmed down.
/// </summary>
internal static class Rehearsal
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private static readonly Lazy<Task<Delivery>> Once = new(() =>
        Task.Run(() =>
        {
            var delivery = Make();
            Take(delivery);
            return delivery;
        })
    );

    /// <summary>What is taken through, and its name and catalogue.</summary>
    private sealed record Delivery(byte[] File, SampleRequest Request, ProcedureCatalogue Catalogue);

    /// <summary>Begins at the first call.</summary>
    public static Task OnceAsync() => Once.Value;

    /// <summary>In a started service; nobody waits for it.</summary>
    public static async Task AgainAsync(CancellationToken stopping)
    {
        const int times = 2;
        var delivery = await Once.Value;
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(Calm, stopping);
            Take(delivery);
        }
    }

    private static Delivery Make()
    {
        var day = new DateOnly(2026, 11, 21);
        var request = new SampleRequest("SPOR", day, Units: 12, Procedures: 60, Seed: 1, National: false);
        var catalogue = ProcedureCatalogue.Load();
        using var file = new MemoryStream();
        SampleFile.Write(new SampleCountry(catalogue, request), request, file, null, CancellationToken.None);
        return new Delivery(file.ToArray(), request, catalogue);
    }

    private static void Take(Delivery delivery)
    {
        var (content, request, catalogue) = delivery;
        using var file = new MemoryStream(content, writable: false);
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
