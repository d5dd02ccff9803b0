using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

/// <summary>What is published is read back at every start; a rule that was added since must not take it from the screens.</summary>
public sealed class AcceptedBeforeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rules_that_have_grown_stricter_do_not_refuse_what_was_accepted(bool wasAccepted)
    {
        var file = Directory
            .EnumerateFiles(Path.Combine(Checkout.Root, "ingest-samples", "refused", "derivable"), "SPOR_*.zip")
            .First();
        using var content = File.OpenRead(file);
        var result = SourceReaders.Standard.Read(
            Path.GetFileName(file),
            content,
            new ReadContext(ProcedureCatalogue.Load(), DateOnly.MaxValue, AllowSynthetic: true)
            {
                WasAccepted = wasAccepted,
            },
            "SPOR",
            CancellationToken.None
        );
        Assert.Equal(wasAccepted, result.Contents is not null);
        Assert.Equal(!wasAccepted, result.Findings.Has("derivable"));
    }
}
