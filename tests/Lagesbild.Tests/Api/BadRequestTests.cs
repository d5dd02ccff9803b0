using System.Net;
using System.Text.Json.Nodes;

namespace Lagesbild.Tests.Api;

/// <summary>Every bad request is told which parameter is wrong, what was wrong with it and what is allowed.</summary>
public sealed class BadRequestTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Ngb = "/waiting-times?procedure=NGB";

    [Theory]
    [InlineData("/waiting-times?prcedure=NGB", "unknown-parameter", "prcedure", "Did you mean procedure?")]
    [InlineData(Ngb + "&Region=20", "unknown-parameter", "Region", "Did you mean region?")]
    [InlineData(Ngb + "&home=20", "unknown-parameter", "home", "Known: procedure, period")]
    [InlineData(Ngb + "&compareWith=Falun", "invalid-parameter", "compareWith", "an HSA-id that /units lists")]
    [InlineData(Ngb + "&compareWith=99", "invalid-parameter", "compareWith", "(two digits) that /regions lists")]
    [InlineData(Ngb + "&compareWith=SE2321000180-EX99", "invalid-parameter", "compareWith", "\"SE2321000180-EX99\"")]
    [InlineData(Ngb + "&maxdistancekm=20", "unknown-parameter", "maxdistancekm", "Did you mean maxDistanceKm?")]
    [InlineData("/units?region[]=01", "unknown-parameter", "region[]", "Did you mean region?")]
    [InlineData("/units?unit=SE2321000180-EX11", "unknown-parameter", "unit", "Known: region, procedure, limit, page")]
    [InlineData("/procedures/NGB?limit=2", "unknown-parameter", "limit", "takes no query parameters")]
    [InlineData("/sources?x=1", "unknown-parameter", "x", "takes no query parameters")]
    [InlineData("/api-info?x=1", "unknown-parameter", "x", "takes no query parameters")]
    [InlineData("/openapi.yaml?x=1", "unknown-parameter", "x", "takes no query parameters")]
    [InlineData("/waiting-times", "missing-parameter", "procedure", "three capital letters")]
    [InlineData("/waiting-times?period=90d", "missing-parameter", "procedure", "three capital letters")]
    [InlineData("/trends?level=unit", "missing-parameter", "procedure", "three capital letters")]
    [InlineData("/waiting-times/explain", "missing-parameter", "procedure", "three capital letters")]
    [InlineData(Ngb + "&procedure=NFB", "repeated-parameter", "procedure", "once only")]
    [InlineData(Ngb + "&period=30d&period=30d", "repeated-parameter", "period", "once only")]
    [InlineData("/waiting-times?procedure=ngb", "invalid-parameter", "procedure", "was given \"ngb\"")]
    [InlineData("/waiting-times?procedure=NGB20", "invalid-parameter", "procedure", "three capital letters")]
    [InlineData("/waiting-times?procedure=QQQ", "invalid-parameter", "procedure", "that /procedures lists")]
    [InlineData("/waiting-times?procedure=", "invalid-parameter", "procedure", "an empty value")]
    [InlineData("/waiting-times?procedure", "invalid-parameter", "procedure", "an empty value")]
    [InlineData("/waiting-times?procedure=NGB%0A", "invalid-parameter", "procedure", "\"NGB\uFFFD\"")]
    [InlineData(Ngb + "&period=80d", "invalid-parameter", "period", "\"80d\". Allowed: 30d, 90d, 365d.")]
    [InlineData(Ngb + "&level=kommun", "invalid-parameter", "level", "unit, region, healthcare-region, country")]
    [InlineData(Ngb + "&region=2", "invalid-parameter", "region", "two digits")]
    [InlineData(Ngb + "&region=02", "invalid-parameter", "region", "that /regions lists")]
    [InlineData(Ngb + "&region=20,23", "invalid-parameter", "region", "two digits")]
    [InlineData(Ngb + "&unit=EX11", "invalid-parameter", "unit", "an HSA-id that /units lists")]
    [InlineData(Ngb + "&unit=se2321000180-ex11", "invalid-parameter", "unit", "not repeated here. Allowed: an HSA-id")]
    [InlineData(Ngb + "&unit=se2321000180-ex11", "invalid-parameter", "unit", "capital SE, ten digits, a hyphen")]
    [InlineData(Ngb + "&unit=SE2321000180-EX99", "invalid-parameter", "unit", "\"SE2321000180-EX99\"")]
    [InlineData(Ngb + "&operator=privat", "invalid-parameter", "operator", "public, private, non-profit")]
    [InlineData(Ngb + "&timeLimit=30", "invalid-parameter", "timeLimit", "0-14, 15-30, 31-90, 91-180, over180-or-none")]
    [InlineData("/waiting-times?procedure=CJE&anaesthesia=ja", "invalid-parameter", "anaesthesia", "Allowed: general.")]
    [InlineData(Ngb + "&anaesthesia=general", "group-not-available", "anaesthesia", "SPOR")]
    [InlineData(
        "/waiting-times?procedure=CJE&timeLimit=0-14",
        "group-not-available",
        "timeLimit",
        "anaesthesia = general"
    )]
    [InlineData("/trends?procedure=CJE&timeLimit=0-14", "group-not-available", "timeLimit", "NCR")]
    [InlineData(Ngb + "&near=9999", "invalid-parameter", "near", "No municipality has the code \"9999\".")]
    [InlineData(Ngb + "&near=%C3%96stersund", "invalid-parameter", "near", "\"Östersund\"")]
    [InlineData(Ngb + "&near=2380&maxDistanceKm=-1", "invalid-parameter", "maxDistanceKm", "a number from 0")]
    [InlineData(Ngb + "&near=2380&maxDistanceKm=1,5", "invalid-parameter", "maxDistanceKm", "decimal point")]
    [InlineData(Ngb + "&near=2380&maxDistanceKm=NaN", "invalid-parameter", "maxDistanceKm", "a number from 0")]
    [InlineData(Ngb + "&near=2380&maxDistanceKm=1e3", "invalid-parameter", "maxDistanceKm", "a number from 0")]
    [InlineData(
        Ngb + "&near=2380&maxDistanceKm=99999999999999999999",
        "invalid-parameter",
        "maxDistanceKm",
        "a number from 0 to 20000"
    )]
    [InlineData(Ngb + "&maxDistanceKm=10", "parameter-conflict", "maxDistanceKm", "needs near")]
    [InlineData(Ngb + "&sort=distance", "parameter-conflict", "sort", "needs near")]
    [InlineData(Ngb + "&sort=wait", "invalid-parameter", "sort", "median, -median, name, region, count")]
    [InlineData(Ngb + "&sort=-name", "invalid-parameter", "sort", "median, -median, name, region, count")]
    [InlineData(Ngb + "&minCount=-1", "invalid-parameter", "minCount", "a whole number from 0")]
    [InlineData(Ngb + "&minCount=many", "invalid-parameter", "minCount", "a whole number from 0")]
    [InlineData(Ngb + "&minAsa34Count=1.5", "invalid-parameter", "minAsa34Count", "a whole number from 0")]
    [InlineData(Ngb + "&minAsa[minAsa34Count]=1.5", "invalid-parameter", "minAsa34Count", "a whole number from 0")]
    [InlineData(Ngb + "&minAsa[minAsa34Count]=5&minAsa34Count=5", "repeated-parameter", "minAsa34Count", "once only")]
    [InlineData(Ngb + "&minAsa=5", "unknown-parameter", "minAsa", "Write minAsa34Count=5.")]
    [InlineData(Ngb + "&minAsa[minCount]=5", "unknown-parameter", "minAsa[minCount]", "Known: procedure, period")]
    [InlineData(Ngb + "&limit=0", "invalid-parameter", "limit", "from 1 to 1000")]
    [InlineData(Ngb + "&limit=1001", "invalid-parameter", "limit", "from 1 to 1000")]
    [InlineData(Ngb + "&limit=99999999999999999999", "invalid-parameter", "limit", "from 1 to 1000")]
    [InlineData(Ngb + "&page=0", "invalid-parameter", "page", "from 1")]
    [InlineData(Ngb + "&page=x", "invalid-parameter", "page", "from 1")]
    [InlineData(
        Ngb + "&format=html",
        "invalid-parameter",
        "format",
        "Allowed: json, csv, csv-excel-sv, xlsx, json-stat"
    )]
    [InlineData(Ngb + "&procedure=NFB&format=json-stat", "repeated-parameter", "procedure", "once only")]
    [InlineData(Ngb + "&format=csv&limit=20", "parameter-conflict", "limit", "every other format holds all rows")]
    [InlineData(Ngb + "&format=xlsx&page=2", "parameter-conflict", "page", "every other format holds all rows")]
    [InlineData("/trends?procedure=NGB&format=csv&page=2", "parameter-conflict", "page", "holds all rows")]
    [InlineData("/trends?procedure=NGB&procedure=NFB", "repeated-parameter", "procedure", "once only")]
    [InlineData("/pictures/current/waiting-times?format=xlsx", "invalid-parameter", "format", "Allowed: csv, json")]
    [InlineData("/pictures/current/waiting-times?limit=2", "unknown-parameter", "limit", "Known: format")]
    [InlineData(Ngb + "&format=csv&sort=distance", "parameter-conflict", "sort", "needs near")]
    [InlineData(
        Ngb + "&sort=distance&level=region",
        "parameter-conflict",
        "sort",
        "sort=distance goes with level=unit only"
    )]
    [InlineData(Ngb + "&level=region&unit=SE2321000180-EX11", "parameter-conflict", "unit", "level=unit only")]
    [InlineData(Ngb + "&level=region&operator=private", "parameter-conflict", "operator", "level=unit only")]
    [InlineData(Ngb + "&level=country&near=2380", "parameter-conflict", "near", "level=unit only")]
    [InlineData(
        Ngb + "&level=healthcare-region&near=2380&maxDistanceKm=5",
        "parameter-conflict",
        "near",
        "level=unit only"
    )]
    [InlineData(Ngb + "&level=country&region=20", "parameter-conflict", "region", "level=country")]
    [InlineData(
        "/trends?procedure=NGB&level=region&unit=SE2321000180-EX11",
        "parameter-conflict",
        "unit",
        "level=unit only"
    )]
    [InlineData("/waiting-times/explain?procedure=NGB&level=unit", "missing-parameter", "unit", "an HSA-id")]
    [InlineData("/waiting-times/explain?procedure=NGB&level=region", "missing-parameter", "region", "two digits")]
    [InlineData(
        "/waiting-times/explain?procedure=NGB&region=20&region=23",
        "repeated-parameter",
        "region",
        "once only"
    )]
    [InlineData(
        "/waiting-times/explain?procedure=NGB&region=20&unit=SE2321000180-EX11",
        "parameter-conflict",
        "unit",
        "give unit, or region"
    )]
    [InlineData("/units?region=99", "invalid-parameter", "region", "two digits")]
    [InlineData("/units?procedure=QQQ", "invalid-parameter", "procedure", "that /procedures lists")]
    [InlineData("/procedures?q=", "invalid-parameter", "q", "1 to 100 characters")]
    [InlineData("/procedures?q=%20", "invalid-parameter", "q", "not only blanks")]
    [InlineData("/procedures?q=+%C2%A0+", "invalid-parameter", "q", "not only blanks")]
    [InlineData("/procedures?q=a%00b", "invalid-parameter", "q", "no control characters")]
    public async Task A_bad_parameter_is_named_with_what_is_allowed(
        string path,
        string code,
        string parameter,
        string inDetail
    )
    {
        var problem = await host.GetProblemAsync(path, HttpStatusCode.BadRequest, code);
        Assert.Equal(parameter, (string?)problem["parameter"]);
        Assert.Contains(inDetail, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/procedures?q=191212121212", "q")]
    [InlineData("/procedures?q=19121212-1212", "q")]
    [InlineData("/procedures?q=121212%201212", "q")]
    [InlineData(Ngb + "&unit=SE1912121212-A1212", "unit")]
    [InlineData(Ngb + "&near=1912121212", "near")]
    public async Task What_may_be_a_personal_identity_number_is_not_repeated(string path, string parameter)
    {
        using var response = await host.SendAsync(path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("1212", text, StringComparison.Ordinal);
        Assert.Contains($"\"parameter\":\"{parameter}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_as_a_parameters_name_nor_in_the_path()
    {
        foreach (var path in (string[])[Ngb + "&191212121212=1", "/units/191212121212", "/191212-1212"])
        {
            using var response = await host.SendAsync(path);
            Assert.DoesNotContain(
                "1212",
                await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task A_long_value_is_neither_looked_at_nor_repeated()
    {
        var problem = await host.GetProblemAsync(
            "/procedures?q=" + new string('a', 101),
            HttpStatusCode.BadRequest,
            "invalid-parameter"
        );
        Assert.Contains("a value of 101 characters", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain("aaa", (string?)problem["detail"], StringComparison.Ordinal);
        problem = await host.GetProblemAsync(
            $"{Ngb}&{new string('a', 300)}=1",
            HttpStatusCode.BadRequest,
            "unknown-parameter"
        );
        Assert.False(problem.ContainsKey("parameter"));
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        await host.GetProblemAsync("/procedures/QQQ", HttpStatusCode.NotFound, "procedure-unknown");
        await host.GetProblemAsync("/procedures/ngb", HttpStatusCode.NotFound, "procedure-unknown");
        await host.GetProblemAsync("/units/SE2321000180-EX99", HttpStatusCode.NotFound, "unit-unknown");
        await host.GetProblemAsync("/nothing", HttpStatusCode.NotFound, "not-found");
        await host.GetProblemAsync("", HttpStatusCode.NotFound, "not-found");
        await host.GetProblemAsync("/nothing", HttpStatusCode.NotFound, "not-found", HttpMethod.Post);
        await host.GetProblemAsync("/../v2/units", HttpStatusCode.NotFound, "not-found");
        var problem = await host.GetProblemAsync(
            "/waiting-times/explain?procedure=CJE&unit=" + HandMadePicture.Falun,
            HttpStatusCode.NotFound,
            "no-figure"
        );
        Assert.Equal("/lagesbild/v1/waiting-times/explain", (string?)problem["instance"]);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_method_that_is_not_taken_is_told_which_are(string method)
    {
        using var response = await host.SendAsync(Ngb, new HttpMethod(method));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow.Order());
        await host.GetProblemAsync(Ngb, HttpStatusCode.MethodNotAllowed, "method-not-allowed", new HttpMethod(method));
    }

    [Theory]
    [InlineData("text/html", false)]
    [InlineData("application/xml, text/plain", false)]
    [InlineData("application/json;q=0", false)]
    [InlineData("application/json;q=0, */*", true)]
    [InlineData("application/json;q=0, application/*;q=0, text/html", false)]
    [InlineData("*/*;q=0", false)]
    [InlineData("text/html, */*;q=0.1", true)]
    [InlineData("application/*", true)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true)]
    [InlineData("APPLICATION/JSON", true)]
    public async Task Accept_decides_whether_there_is_a_form_to_give(string accept, bool isAcceptable)
    {
        if (isAcceptable)
        {
            using var response = await host.SendAsync(Ngb, null, ("Accept", accept));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return;
        }

        foreach (var path in (string[])[Ngb, "/sources", "/api-info"])
        {
            await host.GetProblemAsync(path, HttpStatusCode.NotAcceptable, "not-acceptable", null, ("Accept", accept));
        }

        using var asked = await host.SendAsync(Ngb + "&format=json", null, ("Accept", accept));
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
    }

    [Fact]
    public async Task A_fault_of_ours_tells_nothing_of_the_inside()
    {
        var problem = await host.GetProblemAsync("/fault", HttpStatusCode.InternalServerError, "internal-error");
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_picture_there_are_no_figures_yet()
    {
        await using var empty = new ApiHost();
        await empty.InitializeAsync();
        empty.Current.Swap(null!);
        foreach (
            var path in (string[])
                [
                    Ngb,
                    Ngb + "&format=csv",
                    "/waiting-times/explain?procedure=NGB",
                    "/trends?procedure=NGB",
                    "/procedures",
                    "/procedures/NGB",
                    "/units",
                    "/units/x",
                    "/regions",
                    "/pictures/current/waiting-times",
                ]
        )
        {
            await empty.GetProblemAsync(path, HttpStatusCode.ServiceUnavailable, "no-picture");
            using var response = await empty.SendAsync(path);
            Assert.Equal(TimeSpan.FromSeconds(60), response.Headers.RetryAfter?.Delta);
        }

        var sources = await empty.GetAsync("/sources");
        Assert.All(sources["data"]!.AsArray(), source => Assert.Null(source!["referenceDate"]));
        await empty.GetAsync("/api-info");
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true)]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-xx", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-xx", false)]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-0000000000000000-01-xx", false)]
    [InlineData("|0af7651916cd43dd8448eb211c80319c.1.", false)]
    [InlineData("FF-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A", false)]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", false)]
    public async Task A_trace_that_is_not_understood_gives_way_to_a_new_one(string given, bool isUnderstood)
    {
        using var response = await host.SendAsync("/waiting-times", null, ("traceparent", given));
        var returned = response.Headers.GetValues("traceparent").Single();
        Assert.Matches("^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$", returned);
        var trace = returned.Split('-')[1];
        Assert.Equal(isUnderstood, trace == "0af7651916cd43dd8448eb211c80319c");
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(trace, (string?)problem["traceId"]);
    }

    [Fact]
    public async Task A_parameter_may_be_repeated_as_often_as_the_contract_says()
    {
        static string Times(int times) => "/units?" + string.Join('&', Enumerable.Repeat("region=20", times));
        using var most = await host.SendAsync(Times(100));
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        await host.GetProblemAsync(Times(101), HttpStatusCode.BadRequest, "invalid-parameter");
    }

    [Fact]
    public async Task A_value_without_a_name_is_told_so()
    {
        var problem = await host.GetProblemAsync("/units?&=x", HttpStatusCode.BadRequest, "unknown-parameter");
        Assert.StartsWith(
            "A value was given without a parameter's name.",
            (string)problem["detail"]!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_region_that_has_lost_its_zero_is_told_so()
    {
        var problem = await host.GetProblemAsync("/units?region=1", HttpStatusCode.BadRequest, "invalid-parameter");
        Assert.Contains("a county code (two digits, as 01)", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trace_is_taken_up_and_returned()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        foreach (var path in (string[])[Ngb, "/nothing", "/fault", "/waiting-times"])
        {
            using var response = await host.SendAsync(path, null, ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));
            Assert.StartsWith(
                $"00-{trace}-",
                response.Headers.GetValues("traceparent").Single(),
                StringComparison.Ordinal
            );
            if (path != Ngb)
            {
                var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.Contains($"\"traceId\":\"{trace}\"", text, StringComparison.Ordinal);
            }
        }
    }
}
