using System.IO.Compression;
using System.Net;
using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Lagesbild.Tests.Api;

/// <summary>What may be kept is kept, here and at the caller's, and never longer than it is true.</summary>
public sealed class CachingTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Ngb = "/waiting-times?procedure=NGB";

    [Theory]
    [InlineData(Ngb, "private, max-age=60")]
    [InlineData("/waiting-times/explain?procedure=NGB", "private, max-age=60")]
    [InlineData("/trends?procedure=NGB", "private, max-age=60")]
    [InlineData("/procedures", "private, max-age=60")]
    [InlineData("/procedures/NGB", "private, max-age=60")]
    [InlineData("/regions", "private, max-age=60")]
    [InlineData("/units", "private, max-age=60")]
    [InlineData("/units/SE2321000180-EX11", "private, max-age=60")]
    [InlineData("/api-info", "private, max-age=60")]
    [InlineData("/openapi.json", "private, max-age=60")]
    [InlineData("/openapi.yaml", "private, max-age=60")]
    [InlineData("/sources", "no-cache")]
    public async Task Whoever_has_the_answer_is_not_sent_it_again(string path, string cacheControl)
    {
        string etag;
        for (var i = 0; i < 2; i++)
        {
            using var first = await host.SendAsync(path);
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            Assert.Equal(cacheControl, first.Headers.NonValidated["Cache-Control"].ToString());
            etag = first.Headers.GetValues("ETag").Single();
            Assert.Matches("^\"[0-9a-f]{32}\"$", etag);

            foreach (var known in (string[])[etag, "\"other\", " + etag, "W/" + etag, "*"])
            {
                using var again = await host.SendAsync(path, null, ("If-None-Match", known));
                Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
                Assert.Equal(etag, again.Headers.GetValues("ETag").Single());
                Assert.Equal(cacheControl, again.Headers.NonValidated["Cache-Control"].ToString());
                Assert.Empty(await again.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            }

            using var changed = await host.SendAsync(path, null, ("If-None-Match", "\"other\""));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }
    }

    [Fact]
    public async Task One_request_in_different_spellings_is_one_response()
    {
        var etag = await EtagAsync(Ngb + "&region=20&region=23&sort=name");
        Assert.Equal(etag, await EtagAsync("/waiting-times?sort=name&region=23&procedure=%4EGB&region=20&region=23"));
        Assert.Equal(etag, await EtagAsync("/Waiting-Times?procedure=NGB&region=20&region=23&sort=name"));
        Assert.NotEqual(etag, await EtagAsync(Ngb + "&region=20&sort=name"));
        Assert.NotEqual(etag, await EtagAsync("/trends?procedure=NGB"));
    }

    [Theory]
    [InlineData(Ngb)]
    [InlineData("/units/SE2321000180-EX11")]
    [InlineData("/api-info")]
    [InlineData("/openapi.json")]
    [InlineData("/sources")]
    public async Task Each_coding_has_the_same_content_and_an_ETag_of_its_own(string path)
    {
        var plain = await BytesAsync(path, null, "");
        var etags = new HashSet<string> { plain.ETag };
        foreach (var coding in (string[])["br", "gzip"])
        {
            for (var i = 0; i < 2; i++)
            {
                var packed = await BytesAsync(path, coding, coding);
                Assert.Equal(plain.Content, Unpack(packed.Content, coding));
                Assert.Equal(i == 0, etags.Add(packed.ETag));
                using var same = await host.SendAsync(
                    path,
                    null,
                    ("Accept-Encoding", coding),
                    ("If-None-Match", packed.ETag)
                );
                Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
                Assert.Equal("Accept, Accept-Encoding", same.Headers.NonValidated["Vary"].ToString());
                Assert.False(same.Content.Headers.Contains("Content-Encoding"));
                // What one coding's holder has is not what another's asks for.
                using var other = await host.SendAsync(path, null, ("If-None-Match", packed.ETag));
                Assert.Equal(HttpStatusCode.OK, other.StatusCode);
            }
        }
    }

    [Fact]
    public async Task What_is_kept_is_packed_once()
    {
        var responses = new ResponseCache(host.Current, host.Services.GetRequiredService<Contacts>()).Of(
            host.Current.Value!
        );
        var body = new byte[1_000_000];
        var response = new StoredResponse(body, "\"x\"", Representation.Json, ContentCoding.Brotli);
        Assert.InRange(response.Size, 1, 1_000);
        responses.Keep(new RequestKey("/x", null, null, ContentCoding.Brotli), response);
        Assert.InRange(responses.Bytes, response.Size, 2_000);
        Assert.Null(responses.Find(new RequestKey("/x", null, null, ContentCoding.Gzip)));

        // Over the wire too: the second asking finds what the first one left.
        await BytesAsync(Ngb + "&sort=-count", "br", "br");
        var kept = host.Services.GetRequiredService<ResponseCache>().Of(host.Current.Value!);
        var key = new RequestKey(
            "/lagesbild/v1/waiting-times",
            "?procedure=NGB&sort=-count",
            Representation.Json,
            ContentCoding.Brotli
        );
        var first = kept.Find(key);
        Assert.NotNull(first);
        await BytesAsync(Ngb + "&sort=-count", "br", "br");
        Assert.Same(first, kept.Find(key));
    }

    [Fact]
    public async Task A_new_picture_is_seen_at_once()
    {
        await using var own = new ApiHost();
        await own.InitializeAsync();
        using var before = await own.SendAsync(Ngb);
        own.Show("picture-2");
        using var after = await own.SendAsync(Ngb, null, ("If-None-Match", before.Headers.GetValues("ETag").Single()));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Contains(
            "\"id\":\"picture-2\"",
            await after.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_head_request_has_the_headers_and_no_body()
    {
        using var get = await host.SendAsync(Ngb);
        using var head = await host.SendAsync(Ngb, HttpMethod.Head);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Headers.GetValues("ETag"), head.Headers.GetValues("ETag"));
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_cache_starts_over_rather_than_outgrow_its_bounds()
    {
        var responses = new ResponseCache(host.Current, host.Services.GetRequiredService<Contacts>()).Of(
            host.Current.Value!
        );
        var body = new byte[ResponseCache.Capacity / 10];
        var response = new StoredResponse(body, "\"x\"", Representation.Json, ContentCoding.Identity);
        RequestKey Key(int i) =>
            new("/x", i.ToString(System.Globalization.CultureInfo.InvariantCulture), null, default);
        for (var i = 0; i < 25; i++)
        {
            responses.Keep(Key(i), response);
            Assert.InRange(responses.Bytes, body.Length, ResponseCache.Capacity);
        }

        Assert.Null(responses.Find(Key(0)));
        Assert.Same(response, responses.Find(Key(24)));

        var huge = new StoredResponse(
            new byte[ResponseCache.Capacity / 4],
            "\"x\"",
            Representation.Json,
            ContentCoding.Identity
        );
        responses.Keep(Key(99), huge);
        Assert.Null(responses.Find(Key(99)));
        Assert.Same(response, responses.Find(Key(24)));
    }

    private async Task<(byte[] Content, string ETag)> BytesAsync(string path, string? accepted, string coding)
    {
        using var response = await host.SendAsync(path, null, accepted is null ? [] : [("Accept-Encoding", accepted)]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(coding, string.Concat(response.Content.Headers.ContentEncoding));
        Assert.Equal("Accept, Accept-Encoding", response.Headers.NonValidated["Vary"].ToString());
        var content = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(content.Length, response.Content.Headers.ContentLength);
        return (content, response.Headers.GetValues("ETag").Single());
    }

    private static byte[] Unpack(byte[] packed, string coding)
    {
        using var source = new MemoryStream(packed);
        using Stream unpacking =
            coding == "br"
                ? new BrotliStream(source, CompressionMode.Decompress)
                : new GZipStream(source, CompressionMode.Decompress);
        using var content = new MemoryStream();
        unpacking.CopyTo(content);
        return content.ToArray();
    }

    private async Task<string> EtagAsync(string path)
    {
        using var response = await host.SendAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("ETag").Single();
    }
}
