using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Picture;

namespace Lagesbild.Tests.Api;

/// <summary>The picture that the demonstration shows: of the committed deliveries in <c>ingest-samples/accepted</c>.</summary>
internal static class AcceptedPicture
{
    public static Picture.Picture Build(params string[] names)
    {
        var catalogue = ProcedureCatalogue.Load();
        return new Picture.Picture(
            LedgerExamples.PictureId.ToString(),
            ApiHost.Now,
            catalogue,
            [.. names.Select(name => Part(name, catalogue))]
        );
    }

    private static SourcePicture Part(string name, ProcedureCatalogue catalogue)
    {
        using var file = File.OpenRead(Path.Combine(Checkout.Root, "ingest-samples", "accepted", name));
        var read = SourceReaders.Standard.Read(
            name,
            file,
            new ReadContext(catalogue, new DateOnly(2026, 11, 22), true, null),
            null,
            TestContext.Current.CancellationToken
        );
        var contents = read.Contents!;
        return SourcePicture.Build(
            contents,
            new PictureSource(
                contents.Source,
                contents.Version.ReferenceDate,
                1,
                true,
                name,
                read.Sha256,
                ApiHost.Now,
                ApiHost.Now,
                contents.Counts.Units,
                contents.Counts.Operations
            ),
            catalogue
        );
    }
}
