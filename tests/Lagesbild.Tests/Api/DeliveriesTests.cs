using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lagesbild.Security;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Api;

/// <summary>A PKI of the tests' day.</summary>
public sealed class PkiOfTheDay : IDisposable
{
    private readonly TestFolder _folder = new();

    public PkiOfTheDay() => Pki = DevelopmentPki.Open(_folder.Inside("pki"), new TestClock());

    public DevelopmentPki Pki { get; }

    public void Dispose() => _folder.Dispose();
}

/// <summary>Handing in, receipts and operators' orders, over real sockets with real certificates and a real ledger.</summary>
public sealed class DeliveriesTests(PkiOfTheDay pki) : IClassFixture<PkiOfTheDay>, IAsyncLifetime
{
    private const string Number = "189001019802";

    private static readonly DateOnly Day1 = new(2026, 1, 12);
    private static readonly DateOnly Day2 = new(2026, 1, 13);
    private static readonly DateOnly Day3 = new(2026, 1, 14);

    private readonly List<IDisposable> _clients = [];
    private Node _node = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _node = await Node.WithCertificatesAsync(pki.Pki);
        await _node.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_register_hands_in_a_file_and_it_is_the_picture()
    {
        var ncr = As("register-ncr");
        var delivery = SmallDelivery.Ncr(Day1);
        using var response = await PutAsync(ncr, "NCR", delivery.FileName, delivery.Content);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var receipt = await JsonAsync(response);
        Assert.Equal("published", (string?)receipt["delivery"]!["state"]);
        Assert.Equal(DevelopmentPki.NcrHsaId, (string?)receipt["delivery"]!["handedInBy"]);
        Assert.Equal(124, _node.Shown("CJE"));
        using var again = await ncr.GetAsync(response.Headers.Location, Cancellation);
        Assert.Equal(receipt.ToJsonString(), (await JsonAsync(again)).ToJsonString());
        Assert.Equal("no-cache", again.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task The_same_content_again_is_answered_as_it_was_and_says_so()
    {
        var ncr = As("register-ncr");
        var delivery = SmallDelivery.Ncr(Day1);
        using var first = await PutAsync(ncr, "NCR", delivery.FileName, delivery.Content);
        _node.HandIn(delivery);
        await _node.PassAsync();
        using var second = await PutAsync(ncr, "NCR", delivery.FileName, delivery.Content);

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.False(first.Headers.Contains("Lagesbild-Seen-Before"));
        Assert.Equal(["true"], second.Headers.GetValues("Lagesbild-Seen-Before"));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Single(await _node.DeliveriesAsync());
    }

    [Fact]
    public async Task A_refused_file_is_answered_with_what_to_mend_and_not_kept()
    {
        var delivery = SmallDelivery.Ncr(Day1);
        using var response = await PutAsync(
            As("register-ncr"),
            "NCR",
            delivery.FileName,
            delivery.Content[..^10],
            HttpStatusCode.UnprocessableEntity
        );

        var problem = await JsonAsync(response);
        Assert.Equal("urn:lagesbild:problem:delivery-refused", (string?)problem["type"]);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(problem["receipt"]!["findings"]!.AsArray(), f => (string?)f!["severity"] == "error");
        Assert.Equal(0, await CountAsync("delivery_content"));
        Assert.Equal(1, await CountAsync("deliveries WHERE state = 'refused'"));
    }

    [Theory]
    [InlineData("Content-Encoding", "gzip", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    [InlineData("Content-Range", "bytes 0-999/5000", HttpStatusCode.BadRequest, "bad-request")]
    public async Task A_file_that_is_coded_on_its_way_or_a_part_is_not_taken_and_the_sender_is_told_how_to_send_it(
        string header,
        string value,
        HttpStatusCode status,
        string code
    )
    {
        var delivery = SmallDelivery.Ncr(Day1);
        using var body = new ByteArrayContent(delivery.Content);
        body.Headers.Add(header, value);
        using var response = await As("register-ncr").PutAsync(Path("NCR", delivery.FileName), body, Cancellation);

        Assert.Equal(status, response.StatusCode);
        var problem = await JsonAsync(response);
        Assert.Equal("urn:lagesbild:problem:" + code, (string?)problem["type"]);
        Assert.Contains(header, (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("deliveries"));
    }

    [Fact]
    public async Task A_file_larger_than_the_servers_usual_limit_is_taken_to_be_judged_and_one_beyond_all_measure_is_not()
    {
        var name = SmallDelivery.Ncr(Day1).FileName;
        using var large = await PutAsync(
            As("register-ncr"),
            "NCR",
            name,
            new byte[40_000_000],
            HttpStatusCode.UnprocessableEntity
        );

        using var request = new HttpRequestMessage(HttpMethod.Put, Path("NCR", name));
        request.Content = new StreamContent(Stream.Null);
        request.Content.Headers.ContentLength = (512L << 20) + 1;
        request.Headers.ExpectContinue = true;
        using var tooLarge = await As("register-ncr").SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
    }

    [Fact]
    public async Task What_breaks_off_half_way_is_nowhere()
    {
        var delivery = SmallDelivery.Ncr(Day1);
        using var request = new HttpRequestMessage(HttpMethod.Put, Path("NCR", delivery.FileName));
        request.Content = new BrokenContent(delivery.Content);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => As("register-ncr").SendAsync(request, Cancellation));

        Assert.Empty(await _node.DeliveriesAsync());
        using var whole = await PutAsync(As("register-ncr"), "NCR", delivery.FileName, delivery.Content);
        Assert.Equal(HttpStatusCode.Created, whole.StatusCode);
    }

    [Fact]
    public async Task A_register_has_to_do_with_its_own_source_alone()
    {
        var spor = As("register-spor");
        var ncr = SmallDelivery.Ncr(Day1);
        using var foreign = await PutAsync(spor, "NCR", ncr.FileName, ncr.Content, HttpStatusCode.Forbidden);
        using var byName = await PutAsync(spor, "SPOR", ncr.FileName, ncr.Content, HttpStatusCode.UnprocessableEntity);
        using var unknown = await PutAsync(spor, "ABC", ncr.FileName, ncr.Content, HttpStatusCode.Forbidden);
        using var own = await PutAsync(As("register-ncr"), "NCR", ncr.FileName, ncr.Content);
        using var none = await PutAsync(As("navigator"), "NCR", ncr.FileName, ncr.Content, HttpStatusCode.Forbidden);
        using var neither = await PutAsync(As("operator"), "NCR", ncr.FileName, ncr.Content, HttpStatusCode.Forbidden);

        Assert.Equal(["published"], await StatesAsync(As("register-ncr"), "/deliveries"));
        Assert.Empty(await StatesAsync(spor, "/deliveries?state=published"));
        Assert.Empty(await StatesAsync(spor, "/deliveries?source=NCR"));
        using var receipt = await spor.GetAsync(own.Headers.Location, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, receipt.StatusCode);
        using var navigator = await As("navigator").GetAsync(Path("/deliveries"), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, navigator.StatusCode);
        Assert.Equal(2, (await StatesAsync(As("operator"), "/deliveries")).Length);
    }

    [Fact]
    public async Task Knowing_what_anothers_file_holds_tells_nothing_of_its_receipt_whatever_the_name()
    {
        var delivery = SmallDelivery.Ncr(Day1);
        using var own = await PutAsync(
            As("register-ncr"),
            "NCR",
            delivery.FileName,
            delivery.Content,
            HttpStatusCode.Created
        );
        var id = (string)(await JsonAsync(own))["delivery"]!["id"]!;
        var spor = As("register-spor");
        string[] names =
        [
            delivery.FileName,
            "vad_som_helst.txt",
            "SPOR_2026-01-12.zip",
            "811228-9874.zip",
            "..%2f..%2fetc%2fx",
            "rad%0a%e2%80%aevänd.zip",
            "x%2F811228-9874.gz",
            "%2F8112289874",
            "..%2f..%2f8112289874",
            "811228%252D9874",
            new string('a', 3_000),
        ];
        foreach (var name in names)
        {
            using var response = await PutAsync(
                spor,
                "SPOR",
                name,
                delivery.Content,
                HttpStatusCode.UnprocessableEntity
            );
            Assert.False(response.Headers.Contains("Lagesbild-Seen-Before"));
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.DoesNotContain(id, text, StringComparison.Ordinal);
            Assert.DoesNotContain("811228", text, StringComparison.Ordinal);
            var receipt = JsonNode.Parse(text)!["receipt"]!["delivery"]!;
            Assert.Equal("SPOR", (string?)receipt["source"]);
            Assert.Equal("refused", (string?)receipt["state"]);
            Assert.NotNull(receipt["findingCounts"]![name == names[2] ? "archive" : "file-name"]);
            Assert.True(((string)receipt["fileName"]!).Length <= 200);
            Assert.DoesNotContain('\u202e', (string)receipt["fileName"]!);
            Assert.DoesNotContain('%', (string)receipt["fileName"]!);
        }

        Assert.Equal(names.Length, (await StatesAsync(spor, "/deliveries")).Length);
        Assert.Equal(["published"], await StatesAsync(As("register-ncr"), "/deliveries"));
        Assert.Equal(1, await CountAsync("delivery_content"));
        Assert.DoesNotContain(_node.Log, line => line.Contains("811228", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_content_under_another_dates_name_is_refused_and_as_its_own_correction_is_the_same_delivery()
    {
        var ncr = As("register-ncr");
        var delivery = SmallDelivery.Ncr(Day1);
        using var first = await PutAsync(ncr, "NCR", delivery.FileName, delivery.Content, HttpStatusCode.Created);
        using var otherDay = await PutAsync(
            ncr,
            "NCR",
            SmallDelivery.Ncr(Day2).FileName,
            delivery.Content,
            HttpStatusCode.UnprocessableEntity
        );
        Assert.NotNull((await JsonAsync(otherDay))["receipt"]!["delivery"]!["findingCounts"]!["file-name"]);
        using var correction = await PutAsync(
            ncr,
            "NCR",
            SmallDelivery.Ncr(Day1, correction: 2).FileName,
            delivery.Content,
            HttpStatusCode.Created
        );
        Assert.Equal(["true"], correction.Headers.GetValues("Lagesbild-Seen-Before"));
        Assert.Equal(first.Headers.Location, correction.Headers.Location);
    }

    [Fact]
    public async Task A_held_file_shows_its_differences_to_an_operator_who_releases_it()
    {
        var (ncr, held) = await HoldAsync();
        var seen = await GetAsync(As("operator"), held);
        var comparison = seen["comparison"]!;
        Assert.Equal(
            (10_124, 17_000),
            ((int)comparison["last365Days"]!["before"]!, (int)comparison["last365Days"]!["after"]!)
        );
        var procedure = Assert.Single(comparison["changedProcedures"]!.AsArray())!;
        Assert.Equal(
            ("CJE", 124, 7_000),
            ((string)procedure["code"]!, (int)procedure["count"]!["before"]!, (int)procedure["count"]!["after"]!)
        );
        Assert.Equal(17.5, (double)procedure["median"]!["afterDays"]!);
        Assert.Equal("SE2321000180-EX41", (string?)Assert.Single(procedure["units"]!.AsArray())!["hsaId"]);
        Assert.Null((await GetAsync(ncr, held))["comparison"]);

        using var released = await OrderAsync("operator", held + "/release", "Rättat i registret.");
        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        var receipt = await JsonAsync(released);
        Assert.Equal("published", (string?)receipt["delivery"]!["state"]);
        var decision = Assert.Single(receipt["decisions"]!.AsArray())!;
        Assert.Equal(
            ("release", DevelopmentPki.OperatorHsaId, "Rättat i registret."),
            ((string)decision["kind"]!, (string)decision["decidedBy"]!, (string)decision["reason"]!)
        );
        Assert.Equal(7_000, _node.Shown("CJE"));

        using var twice = await OrderAsync("operator", held + "/release", "En gång till.");
        Assert.Equal(HttpStatusCode.OK, twice.StatusCode);
        using var late = await OrderAsync("operator", held + "/refuse", "Nej.");
        await AssertProblemAsync(late, HttpStatusCode.Conflict, "not-held");
    }

    [Fact]
    public async Task What_has_been_overtaken_can_only_be_refused()
    {
        var (ncr, held) = await HoldAsync();
        var later = SmallDelivery.Ncr(Day3);
        using var published = await PutAsync(ncr, "NCR", later.FileName, later.Content);

        using var release = await OrderAsync("operator", held + "/release", "Släpp.");
        await AssertProblemAsync(release, HttpStatusCode.Conflict, "older-than-published");
        using var refuse = await OrderAsync("operator", held + "/refuse", "För gammal.");
        Assert.Equal("refused", (string?)(await JsonAsync(refuse))["delivery"]!["state"]);
    }

    [Theory]
    [InlineData("/deliveries/811228-9874/release")]
    [InlineData("/deliveries/8112289874/refuse")]
    [InlineData("/pictures/19811228-9874/restore")]
    [InlineData("/pictures/x%2F811228+9874/restore")]
    [InlineData("/deliveries/811228/9874")]
    [InlineData("/deliveries/%2538%2531%2531%2532%2532%2538%2539%2538%2537%2534/release")]
    public async Task A_problem_does_not_repeat_a_path_with_a_personal_number(string path)
    {
        using var content = new StringContent("""{"reason":"Prov."}""", Encoding.UTF8, "application/json");
        using var refused = await As("operator").PostAsync(Path(path), content, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal("/lagesbild/v1", (string?)(await JsonAsync(refused))["instance"]);
    }

    [Fact]
    public async Task A_problem_names_the_delivery_or_picture_that_it_is_about()
    {
        foreach (var path in (string[])["/deliveries/{0}/release", "/pictures/{0}/restore"])
        {
            var asked = path.Replace("{0}", "0196a3c4-1a2b-7c3d-8e4f-a1b2c3d4e5f6", StringComparison.Ordinal);
            using var content = new StringContent("""{"reason":"Prov."}""", Encoding.UTF8, "application/json");
            using var refused = await As("operator").PostAsync(Path(asked), content, Cancellation);
            Assert.Equal("/lagesbild/v1" + asked, (string?)(await JsonAsync(refused))["instance"]);
        }
    }

    [Fact]
    public async Task An_order_needs_an_operator_a_reason_and_json()
    {
        var (_, held) = await HoldAsync();
        foreach (var other in (string[])["navigator", "register-ncr", "region-system"])
        {
            using var refused = await OrderAsync(other, held + "/release", "Jag vill.");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        (string Body, string Type, HttpStatusCode Status, string Code)[] wrong =
        [
            (
                "reason=Släpp",
                "application/x-www-form-urlencoded",
                HttpStatusCode.UnsupportedMediaType,
                "unsupported-media-type"
            ),
            ("""{"reason":"Släpp"}""", "text/plain", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"),
            ("""{"reason":"  "}""", "application/json", HttpStatusCode.UnprocessableEntity, "invalid-reason"),
            (
                $$"""{"reason":"{{new string('a', 1_001)}}"}""",
                "application/json",
                HttpStatusCode.UnprocessableEntity,
                "invalid-reason"
            ),
            (
                $$"""{"reason":"Gäller {{Number}}."}""",
                "application/json",
                HttpStatusCode.UnprocessableEntity,
                "invalid-reason"
            ),
            ("""{"reason":null}""", "application/json", HttpStatusCode.UnprocessableEntity, "invalid-reason"),
            ("""{"reason":"a","force":true}""", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
            ("""{"reason":"a","reason":"b"}""", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
            ("""{"reason":"a","\u0072eason":"a"}""", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
            ("{}", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
            ("null", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
            ("[", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
            ("", "application/json", HttpStatusCode.BadRequest, "invalid-body"),
        ];
        foreach (
            var (header, value, told) in ((string, string, string)[])
                [
                    ("Content-Encoding", "gzip", "Content-Encoding"),
                    ("Content-Type", "application/json; charset=latin1", "charset=utf-8"),
                    ("Content-Type", "application/json; charset=\"utf-16\"", "charset=utf-8"),
                ]
        )
        {
            using var content = new StringContent("""{"reason":"Prov."}""", Encoding.UTF8, "application/json");
            content.Headers.Remove(header);
            content.Headers.Add(header, value);
            using var coded = await As("operator").PostAsync(held + "/release", content, Cancellation);
            Assert.Contains(told, await coded.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            await AssertProblemAsync(coded, HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        }

        foreach (var (body, type, status, code) in wrong)
        {
            using var content = new StringContent(body, Encoding.UTF8, type);
            using var refused = await As("operator").PostAsync(held + "/release", content, Cancellation);
            await AssertProblemAsync(refused, status, code);
        }

        const string small = """{"reason":""}""";
        foreach (
            var (length, status) in ((int, HttpStatusCode)[])
                [
                    (16 << 10, HttpStatusCode.UnprocessableEntity),
                    ((16 << 10) + 1, HttpStatusCode.RequestEntityTooLarge),
                    (200_000, HttpStatusCode.RequestEntityTooLarge),
                ]
        )
        {
            using var large = new StringContent(small.PadRight(length), Encoding.UTF8, "application/json");
            using var judged = await As("operator").PostAsync(held + "/release", large, Cancellation);
            Assert.Equal(status, judged.StatusCode);
            // Closed while he still sends, he might not get to read why.
            Assert.NotEqual(true, judged.Headers.ConnectionClose);
        }

        using var nothing = await OrderAsync(
            "operator",
            Path($"/deliveries/{Guid.NewGuid()}/release").ToString(),
            "Nej."
        );
        await AssertProblemAsync(nothing, HttpStatusCode.NotFound, "delivery-unknown");
        Assert.Equal("held", (string?)(await GetAsync(As("operator"), held))["delivery"]!["state"]);
        Assert.Equal(0, await CountAsync("operator_decisions"));
        Assert.DoesNotContain(_node.Log, line => line.Contains(Number, StringComparison.Ordinal));
    }

    /// <summary>As whoever pastes the lines would do, with curl and jq.</summary>
    [Fact]
    public async Task The_contracts_lines_for_operators_find_what_they_are_about_themselves()
    {
        var (ncr, held) = await HoldAsync();
        var operations = (await GetAsync(ncr, Path("/openapi.json")))["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .ToDictionary(
                one => (string)one.Value!["operationId"]!,
                one => (string)one.Value!["x-codeSamples"]![0]!["source"]!
            );
        var client = As("operator");
        async Task<JsonObject> RunAsync(string operation)
        {
            var line = Regex.Match(
                operations[operation],
                @"^id=\$\(curl --cert operator\.pem --key operator\.key '(?<look>https://[^']+)' \| jq -r '\.data\[(?<nth>\d)\]\.id'\)\n"
                    + @"curl --cert operator\.pem --key operator\.key (--json '(?<body>[^']+)' )?""(?<path>https://[^""]+)""$"
            );
            Assert.True(line.Success, operations[operation]);
            var found = await GetAsync(client, new Uri(line.Groups["look"].Value).PathAndQuery);
            var id = (string)found["data"]![int.Parse(line.Groups["nth"].Value, CultureInfo.InvariantCulture)]!["id"]!;
            var address = new Uri(line.Groups["path"].Value.Replace("$id", id, StringComparison.Ordinal)).PathAndQuery;
            using var body = new StringContent(line.Groups["body"].Value, Encoding.UTF8, "application/json");
            using var answer =
                body.Headers.ContentLength > 0
                    ? await client.PostAsync(address, body, Cancellation)
                    : await client.GetAsync(address, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await JsonAsync(answer);
        }

        Assert.Equal("published", (string?)(await RunAsync("releaseDelivery"))["delivery"]!["state"]);
        Assert.Equal("published", (string?)(await GetAsync(client, held))["delivery"]!["state"]);
        var fewer = SmallDelivery.Ncr(Day3);
        using var put = await PutAsync(ncr, "NCR", fewer.FileName, fewer.Content, HttpStatusCode.Accepted);
        Assert.Equal("refused", (string?)(await RunAsync("refuseDelivery"))["delivery"]!["state"]);
        Assert.Equal(7_000, _node.Shown("CJE"));
        Assert.True((bool)(await RunAsync("restorePicture"))["isShown"]!);
        Assert.Equal(124, _node.Shown("CJE"));
        var spor = SmallDelivery.Spor(Day2);
        using var last = await PutAsync(As("register-spor"), "SPOR", spor.FileName, spor.Content);
        Assert.Equal("SPOR", (string?)(await RunAsync("getDelivery"))["delivery"]!["source"]);

        var handIn = operations["handInDelivery"].Split('\n');
        Assert.StartsWith("# SPOR_2026-11-21.zip: ingest-samples/accepted", handIn[0], StringComparison.Ordinal);
        Assert.True(
            File.Exists(System.IO.Path.Combine(Checkout.Root, "ingest-samples", "accepted", "SPOR_2026-11-21.zip"))
        );
        Assert.Contains("--upload-file SPOR_2026-11-21.zip ", handIn[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_earlier_picture_is_restored()
    {
        var ncr = As("register-ncr");
        foreach (var delivery in (SmallDelivery[])[SmallDelivery.Ncr(Day1, 10), SmallDelivery.Ncr(Day2, 20)])
        {
            using var put = await PutAsync(ncr, "NCR", delivery.FileName, delivery.Content);
        }

        var pictures = (await GetAsync(As("navigator"), Path("/pictures")))["data"]!.AsArray();
        Assert.Equal([true, false], pictures.Select(p => (bool)p!["isShown"]!));
        Assert.Equal([false, true], pictures.Select(p => (bool)p!["isRestorable"]!));
        Assert.All(pictures, p => Assert.Empty(p!["sourcesLost"]!.AsArray()));
        var earlier = (string)pictures[1]!["id"]!;

        using var restored = await OrderAsync(
            "operator",
            Path($"/pictures/{earlier}/restore").ToString(),
            "Fel i dagens."
        );
        Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
        var shown = await JsonAsync(restored);
        Assert.Equal(_node.Picture!.Id, (string?)shown["id"]);
        Assert.Equal(10, _node.Shown("CJE"));
        var spor = SmallDelivery.Spor(Day2);
        using var both = await PutAsync(As("register-spor"), "SPOR", spor.FileName, spor.Content);
        var lost = (await GetAsync(As("navigator"), Path("/pictures")))["data"]!
            .AsArray()
            .Select(p => string.Join(' ', p!["sourcesLost"]!.AsArray()));
        Assert.Equal(["", "SPOR", "SPOR", "SPOR"], lost);
        using var unknown = await OrderAsync(
            "operator",
            Path($"/pictures/{Guid.NewGuid()}/restore").ToString(),
            "Nej."
        );
        await AssertProblemAsync(unknown, HttpStatusCode.NotFound, "picture-unknown");
    }

    [Fact]
    public async Task A_name_with_a_personal_number_is_refused_and_nowhere_kept()
    {
        using var response = await PutAsync(
            As("register-ncr"),
            "NCR",
            $"NCR_{Number}.jsonl.gz",
            [1, 2, 3],
            HttpStatusCode.UnprocessableEntity
        );

        Assert.DoesNotContain(Number, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain(Number, await _node.StatesAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(_node.Log, line => line.Contains(Number, StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_taken_and_figures_are_served()
    {
        var ncr = As("register-ncr");
        var (first, second) = (SmallDelivery.Ncr(Day1), SmallDelivery.Ncr(Day2));
        using var put = await PutAsync(ncr, "NCR", first.FileName, first.Content);
        await using (await _node.WithoutDatabaseAsync())
        {
            using var refused = await PutAsync(
                ncr,
                "NCR",
                second.FileName,
                second.Content,
                HttpStatusCode.ServiceUnavailable
            );
            await AssertProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "ledger-away");
            Assert.NotNull(refused.Headers.RetryAfter);
            using var list = await ncr.GetAsync(Path("/deliveries"), Cancellation);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, list.StatusCode);
            using var figures = await As("navigator")
                .GetAsync(Path("/waiting-times?procedure=CJE&period=365d"), Cancellation);
            Assert.Equal(HttpStatusCode.OK, figures.StatusCode);
        }

        using var taken = await PutAsync(ncr, "NCR", second.FileName, second.Content);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    private HttpClient As(string name)
    {
        var certificate = X509Certificate2.CreateFromPemFile(pki.Pki.CertificateFile(name), pki.Pki.KeyFile(name));
        var sockets = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
#pragma warning disable CA5359 // Only the client's certificate is what this is about.
        sockets.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        var client = new HttpClient(sockets) { BaseAddress = _node.Addresses[1] };
        _clients.Add(client);
        return client;
    }

    private static Uri Path(string path) => new("/lagesbild/v1" + path, UriKind.Relative);

    private static Uri Path(string source, string fileName) => Path($"/sources/{source}/deliveries/{fileName}");

    private static async Task<HttpResponseMessage> PutAsync(
        HttpClient client,
        string source,
        string fileName,
        byte[] content,
        HttpStatusCode? expected = null
    )
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var response = await client.PutAsync(Path(source, fileName), body, Cancellation);
        if (expected is not null)
        {
            Assert.Equal(expected, response.StatusCode);
        }

        return response;
    }

    private async Task<(HttpClient Register, string Held)> HoldAsync()
    {
        var ncr = As("register-ncr");
        var (first, second) = (SmallDelivery.Ncr(Day1), SmallDelivery.Ncr(Day2, patients: 7_000));
        using var published = await PutAsync(ncr, "NCR", first.FileName, first.Content, HttpStatusCode.Created);
        using var held = await PutAsync(ncr, "NCR", second.FileName, second.Content, HttpStatusCode.Accepted);
        return (ncr, held.Headers.Location!.ToString());
    }

    private async Task<HttpResponseMessage> OrderAsync(string who, string path, string reason)
    {
        using var content = new StringContent(
            new JsonObject { ["reason"] = reason }.ToJsonString(),
            Encoding.UTF8,
            "application/json"
        );
        return await As(who).PostAsync(path, content, Cancellation);
    }

    private static async Task<JsonObject> GetAsync(HttpClient client, object path)
    {
        using var response = await client.GetAsync(path.ToString(), Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await JsonAsync(response);
    }

    private static async Task<string[]> StatesAsync(HttpClient client, string path) =>
        [.. (await GetAsync(client, Path(path)))["data"]!.AsArray().Select(row => (string)row!["state"]!)];

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsObject();

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("urn:lagesbild:problem:" + code, (string?)(await JsonAsync(response))["type"]);
    }

    private Task<long> CountAsync(string from) =>
        TestPostgres.ScalarAsync<long>(_node.Database, "SELECT count(*) FROM " + from);

    /// <summary>Sends half of what it promised.</summary>
    private sealed class BrokenContent(byte[] content) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(content.AsMemory(0, content.Length / 2), Cancellation);
            await stream.FlushAsync(Cancellation);
            throw new IOException("The line broke.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length;
            return true;
        }
    }
}
