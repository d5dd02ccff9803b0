using Lagesbild.Security;

namespace Lagesbild.Tests.Security.Edge;

/// <summary>RFC 9110 §12.5.3: the header as callers really write it, and as nobody should.</summary>
public sealed class ContentCodingTests
{
    [Theory]
    [InlineData("gzip, deflate, br, zstd", ContentCoding.Brotli)]
    [InlineData("gzip, deflate, br", ContentCoding.Brotli)]
    [InlineData("gzip", ContentCoding.Gzip)]
    [InlineData("GZIP;q=0.5", ContentCoding.Gzip)]
    [InlineData("br;q=0.5, gzip;q=0.8", ContentCoding.Gzip)]
    [InlineData("br ; q=0.5 , gzip; q = 0.5", ContentCoding.Brotli)]
    [InlineData("br;q=0, gzip", ContentCoding.Gzip)]
    [InlineData("br;q=0.5, identity;q=0.8", ContentCoding.Identity)]
    [InlineData("gzip;q=0.001", ContentCoding.Gzip)]
    [InlineData("*", ContentCoding.Brotli)]
    [InlineData("br;q=0, *", ContentCoding.Gzip)]
    [InlineData("*;q=0", ContentCoding.Identity)]
    [InlineData("identity;q=0", ContentCoding.Identity)]
    [InlineData("identity;q=0, gzip;q=0.1", ContentCoding.Gzip)]
    [InlineData("deflate, zstd", ContentCoding.Identity)]
    [InlineData("brotli", ContentCoding.Identity)]
    [InlineData("br;q=", ContentCoding.Identity)]
    [InlineData("br;q=-1", ContentCoding.Identity)]
    [InlineData("br;q=x, gzip;q=NaN", ContentCoding.Identity)]
    [InlineData("br;q=99", ContentCoding.Brotli)]
    [InlineData(",,;;q,=, ;", ContentCoding.Identity)]
    [InlineData("", ContentCoding.Identity)]
    public void The_best_that_is_accepted_is_chosen(string header, ContentCoding expected) =>
        Assert.Equal(expected, ContentCodings.Accepted(header));

    [Fact]
    public void Without_a_word_about_it_nothing_is_packed()
    {
        Assert.Equal(ContentCoding.Identity, ContentCodings.Accepted(default));
        Assert.Equal(ContentCoding.Brotli, ContentCodings.Accepted(new(["gzip", "br"])));
    }
}
