using Lagesbild.Catalogue;

namespace Lagesbild.Tests.Catalogue;

public sealed class ProcedureSearchTests
{
    private static readonly ProcedureCatalogue Catalogue = ProcedureCatalogue.Load();
    private static readonly ProcedureSearch Search = new(Catalogue);

    // Roughly how often the common ones are performed; what is not here counts as rare.
    private static readonly Dictionary<string, long> Volumes = new()
    {
        ["CJE"] = 157_000,
        ["NGB"] = 20_500,
        ["NFB"] = 19_700,
        ["JAB"] = 16_000,
        ["JKA"] = 14_200,
        ["EMB"] = 13_000,
        ["NHK"] = 7_000,
        ["NDM"] = 9_000,
        ["ACC"] = 9_500,
        ["ABC"] = 9_000,
        ["CBB"] = 9_000,
        ["LEF"] = 8_000,
        ["LCD"] = 7_000,
        ["LCB"] = 7_500,
        ["LCA"] = 6_000,
        ["KED"] = 6_500,
        ["KCD"] = 7_500,
        ["NGD"] = 7_000,
        ["NGE"] = 5_500,
        ["NBK"] = 5_000,
        ["NBL"] = 4_500,
        ["NBH"] = 3_000,
        ["NBB"] = 2_500,
        ["PHV"] = 9_000,
        ["PHD"] = 1_500,
        ["JAF"] = 5_000,
        ["JAD"] = 3_000,
        ["DJD"] = 4_000,
        ["DLD"] = 1_000,
        ["DHB"] = 4_500,
        ["DMB"] = 3_500,
        ["DNB"] = 2_500,
        ["HAB"] = 9_500,
        ["HAC"] = 5_000,
        ["HAD"] = 4_000,
        ["QAE"] = 11_000,
        ["QBE"] = 9_000,
        ["BAA"] = 4_500,
        ["KBE"] = 5_500,
        ["KAE"] = 1_500,
        ["KBV"] = 5_000,
        ["CKD"] = 6_000,
        ["CBJ"] = 2_500,
        ["KEC"] = 4_000,
        ["NHG"] = 5_000,
        ["NAG"] = 4_000,
        ["JFB"] = 6_000,
        ["JGB"] = 2_000,
        ["JHB"] = 2_500,
        ["LAC"] = 4_000,
        ["LAF"] = 6_000,
        ["LBE"] = 3_500,
        ["KFD"] = 4_500,
        ["KGV"] = 4_000,
        ["NGF"] = 3_000,
        ["NGH"] = 3_000,
        ["NGA"] = 2_000,
        ["CHD"] = 3_500,
        ["LDC"] = 4_000,
    };

    private static string? First(string query) =>
        Search.Find(query, 10, code => Volumes.GetValueOrDefault(code)) is [var first, ..]
            ? first.Procedure.Code
            : null;

    [Theory]
    // By code
    [InlineData("NGB", "NGB")]
    [InlineData("ngb", "NGB")]
    [InlineData(" Ngb ", "NGB")]
    [InlineData("ngb20", "NGB")]
    [InlineData("NGB49", "NGB")]
    [InlineData("NGB 49", "NGB")]
    [InlineData("NGB-49", "NGB")]
    [InlineData("NGB4", "NGB")]
    [InlineData("NGB49 Primär totalprotes i knäled med cement", "NGB")]
    [InlineData("cje20 fakoemulsifikation", "CJE")]
    [InlineData("JKA21", "JKA")]
    [InlineData("NGB knäprotes", "NGB")]
    // By official title
    [InlineData("Primär ledprotesoperation i knäled", "NGB")]
    [InlineData("Operation av ljumskbråck", "JAB")]
    [InlineData("Extrakapsulär kataraktoperation med fakoemulsifikation", "CJE")]
    [InlineData("prolapsoperation", "LEF")]
    [InlineData("hysterektomi", "LCD")]
    // By what people say
    [InlineData("grå starr", "CJE")]
    [InlineData("gråstarr", "CJE")]
    [InlineData("starr", "CJE")]
    [InlineData("starroperation", "CJE")]
    [InlineData("katarakt", "CJE")]
    [InlineData("gråstarrsoperation", "CJE")]
    [InlineData("grön starr", "CHD")]
    [InlineData("höftprotes", "NFB")]
    [InlineData("ny höft", "NFB")]
    [InlineData("höft", "NFB")]
    [InlineData("höftledsoperation", "NFB")]
    [InlineData("höftledsplastik", "NFB")]
    [InlineData("byta höft", "NFB")]
    [InlineData("nytt knä", "NGB")]
    [InlineData("knä", "NGB")]
    [InlineData("ont i knät", "NGB")]
    [InlineData("artros i knät", "NGB")]
    [InlineData("knäoperation", "NGB")]
    [InlineData("knäprotesoperation", "NGB")]
    [InlineData("knäledsprotes", "NGB")]
    [InlineData("framfall", "LEF")]
    [InlineData("galla", "JKA")]
    [InlineData("gallan", "JKA")]
    [InlineData("gallsten", "JKA")]
    [InlineData("gallstenar", "JKA")]
    [InlineData("gallstensoperation", "JKA")]
    [InlineData("operera gallan", "JKA")]
    [InlineData("ljumskbråck", "JAB")]
    [InlineData("bråck", "JAB")]
    [InlineData("bråck i ljumsken", "JAB")]
    [InlineData("navelbråck", "JAF")]
    [InlineData("ärrbråck", "JAD")]
    [InlineData("mandlar", "EMB")]
    [InlineData("halsmandlar", "EMB")]
    [InlineData("ta bort mandlarna", "EMB")]
    [InlineData("diskbråck", "ABC")]
    [InlineData("spinal stenos", "ABC")]
    [InlineData("karpaltunnel", "ACC")]
    [InlineData("karpaltunnelsyndrom", "ACC")]
    [InlineData("domnade fingrar", "ACC")]
    [InlineData("triggerfinger", "NDM")]
    [InlineData("dupuytrens", "NDM")]
    [InlineData("hallux valgus", "NHK")]
    [InlineData("sned stortå", "NHK")]
    [InlineData("åderbråck", "PHV")]
    [InlineData("korsband", "NGE")]
    [InlineData("korsbandsskada", "NGE")]
    [InlineData("menisken", "NGD")]
    [InlineData("axelprotes", "NBB")]
    [InlineData("frusen axel", "NBH")]
    [InlineData("hemorrojder", "JHB")]
    [InlineData("hemorojder", "JHB")]
    [InlineData("ta bort livmodern", "LCD")]
    [InlineData("livmodern", "LCD")]
    [InlineData("myom", "LCB")]
    [InlineData("prostata", "KED")]
    [InlineData("prostatacancer", "KEC")]
    [InlineData("hyvling av prostata", "KED")]
    [InlineData("njursten", "KBE")]
    [InlineData("struma", "BAA")]
    [InlineData("sköldkörteln", "BAA")]
    [InlineData("sned nässkiljevägg", "DJD")]
    [InlineData("rör i öronen", "DCA")]
    [InlineData("rör i örat", "DCA")]
    [InlineData("öronrör", "DCA")]
    [InlineData("gastric bypass", "JDF")]
    [InlineData("fetmaoperation", "JDF")]
    [InlineData("obesitas", "JDF")]
    [InlineData("bröstförminskning", "HAD")]
    [InlineData("inkontinens", "LEG")]
    [InlineData("urinläckage", "LEG")]
    [InlineData("sterilisering", "LGA")]
    [InlineData("skelning", "CEC")]
    [InlineData("trång förhud", "KGV")]
    [InlineData("tumbasartros", "NDG")]
    [InlineData("vikingasjukan", "NDM")]
    [InlineData("stomi", "JFG")]
    [InlineData("hälsena", "NHL")]
    [InlineData("hängande ögonlock", "CBJ")]
    [InlineData("snarkning", "ENC")]
    [InlineData("vattenbråck", "KFD")]
    // As it is said on the telephone
    [InlineData("knäled", "NGB")]
    [InlineData("protes i höften", "NFB")]
    [InlineData("protes", "NGB")]
    [InlineData("ny axel", "NBB")]
    [InlineData("trång ryggkanal", "ABC")]
    [InlineData("nacke", "ABC")]
    [InlineData("rygg", "ABC")]
    [InlineData("fötter", "NHK")]
    [InlineData("hammartå", "NHK")]
    [InlineData("hälsporre", "NHM")]
    [InlineData("starroperation båda ögonen", "CJE")]
    [InlineData("ögonoperation", "CJE")]
    [InlineData("hängiga ögonlock", "CBJ")]
    [InlineData("polyper i näsan", "DHB")]
    [InlineData("sned näsa", "DJD")]
    [InlineData("bihålor", "DMB")]
    [InlineData("GBP", "JDF")]
    [InlineData("förstorad prostata", "KED")]
    [InlineData("TURP", "KED")]
    [InlineData("sterilisera mig", "LGA")]
    [InlineData("jag behöver en ny höft", "NFB")]
    [InlineData("skruv i benet", "NGU")]
    [InlineData("leverfläck", "QAE")]
    [InlineData("födelsemärke", "QAE")]
    [InlineData("bröstcancer", "HAB")]
    [InlineData("cysta på äggstocken", "LAC")]
    [InlineData("njurcancer", "KAC")]
    [InlineData("rotatorkuff", "NBL")]
    [InlineData("carpaltunnel", "ACC")]
    [InlineData("navelbrock", "JAF")]
    [InlineData("dialys", "PBL")]
    [InlineData("tvt", "LEG")]
    // Without dots
    [InlineData("hoftprotes", "NFB")]
    [InlineData("gra starr", "CJE")]
    [InlineData("knaprotes", "NGB")]
    [InlineData("ljumskbrack", "JAB")]
    [InlineData("aderbrack", "PHV")]
    [InlineData("skoldkortel", "BAA")]
    // Beginnings, as one types
    [InlineData("grå st", "CJE")]
    [InlineData("kata", "CJE")]
    [InlineData("höftpr", "NFB")]
    [InlineData("ljumsk", "JAB")]
    [InlineData("knäpr", "NGB")]
    // Typing errors
    [InlineData("höftportes", "NFB")]
    [InlineData("höfprotes", "NFB")]
    [InlineData("knäproteser", "NGB")]
    [InlineData("katarrakt", "CJE")]
    [InlineData("gallblåssa", "JKA")]
    [InlineData("ljumskbrock", "JAB")]
    [InlineData("karpalltunel", "ACC")]
    [InlineData("framfal", "LEF")]
    [InlineData("prostta", "KED")]
    [InlineData("hemmorrojder", "JHB")]
    [InlineData("menisc", "NGD")]
    [InlineData("tonsilectomi", "EMB")]
    [InlineData("sköldkörtlen", "BAA")]
    public void What_people_write_finds_the_operation_they_mean(string query, string expected) =>
        Assert.Equal(expected, First(query));

    [Theory]
    [InlineData("JEA")]
    [InlineData("jea")]
    [InlineData("JEA00")]
    [InlineData("JEA01 appendektomi")]
    [InlineData("MCA")]
    [InlineData("mca")]
    [InlineData("MCA10")]
    [InlineData("NFJ")]
    [InlineData("NGZ")]
    [InlineData("UJF32")]
    [InlineData("FNG05")]
    [InlineData("ZZZ")]
    [InlineData("XX")]
    public void A_code_outside_the_catalogue_is_not_answered_with_its_neighbour(string query) =>
        Assert.Empty(Search.Find(query, 10));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("!?")]
    [InlineData("kanelbulle")]
    [InlineData("hund")]
    [InlineData("tand")]
    [InlineData("influensa")]
    [InlineData("väntetid till vårdcentral")]
    [InlineData("asdfgh")]
    [InlineData("11111")]
    [InlineData("19121212-1212")]
    public void Nothing_close_is_answered_with_nothing(string query) => Assert.Empty(Search.Find(query, 10));

    [Theory]
    [InlineData("koloskopi", "Koloskopi")]
    [InlineData("Koloskopi", "Koloskopi")]
    [InlineData("koloskopin", "Koloskopi")]
    [InlineData("kolosk", "Koloskopi")]
    [InlineData("koloskpi", "Koloskopi")]
    [InlineData("gastroskopi", "Gastroskopi")]
    [InlineData("gastroskopier", "Gastroskopi")]
    [InlineData("gastroskåpi", "Gastroskopi")]
    [InlineData("magnetkamera", "Magnetkamera")]
    [InlineData("magnetkamera knä", "Magnetkamera")]
    [InlineData("MR knä", "Magnetkamera")]
    [InlineData("MRT", "Magnetkamera")]
    [InlineData("magnetrontgen", "Magnetkamera")]
    [InlineData("datortomografi", "Datortomografi")]
    [InlineData("ultraljud", "Ultraljud")]
    [InlineData("röntgen", "Röntgen")]
    [InlineData("mammografi", "Mammografi")]
    [InlineData("JEA", "Blindtarmsoperation")]
    [InlineData("JEA00", "Blindtarmsoperation")]
    [InlineData("blindtarmen", "Blindtarmsoperation")]
    [InlineData("MCA", "Kejsarsnitt")]
    [InlineData("kejsarsnitt", "Kejsarsnitt")]
    [InlineData("ADHD", "Neuropsykiatrisk utredning")]
    [InlineData("fysioterapi", "Rehabilitering")]
    [InlineData("visdomstand", "Tandvård")]
    [InlineData("halsont", "Mottagningsbesök")]
    [InlineData("pacemaker", "Pacemaker")]
    public void Care_that_no_source_covers_is_said_not_to_be_there(string query, string expected)
    {
        Assert.Empty(Search.Find(query, 10));
        Assert.Equal(expected, Search.FindUncovered(query)?.Name);
    }

    [Theory]
    [InlineData("höftprotes")]
    [InlineData("knä")]
    [InlineData("gallsten")]
    [InlineData("NGB")]
    [InlineData("handled")]
    [InlineData("tjocktarm")]
    [InlineData("bröst")]
    [InlineData("skrapning")]
    [InlineData("blodpropp")]
    [InlineData("kanelbulle")]
    [InlineData("")]
    public void What_is_covered_or_unknown_is_not_said_to_be_uncovered(string query) =>
        Assert.Null(Search.FindUncovered(query));

    [Fact]
    public void Every_name_and_synonym_finds_its_own_procedure()
    {
        foreach (var procedure in Catalogue.Procedures)
        {
            foreach (var name in procedure.Synonyms.Append(procedure.PlainName).Append(procedure.Title))
            {
                Assert.True(
                    Search.Find(name, int.MaxValue).Any(hit => hit.Procedure == procedure),
                    $"{name} does not find {procedure.Code}"
                );
            }
        }
    }

    [Fact]
    public void Every_code_finds_its_own_procedure_alone_in_front()
    {
        foreach (var procedure in Catalogue.Procedures)
        {
            foreach (var code in procedure.FivePositionCodes.Select(five => five.Code).Append(procedure.Code))
            {
                var first = Search.Find(code, 10)[0];
                Assert.Equal(procedure.Code, first.Procedure.Code);
                Assert.True(first.IsExactCode);
            }
        }
    }

    [Fact]
    public void The_beginning_of_a_code_lists_the_chapter()
    {
        var hits = Search.Find("NG", 50);
        Assert.Equal(
            Catalogue
                .Procedures.Where(p => p.Code.StartsWith("NG", StringComparison.Ordinal))
                .Select(p => p.Code)
                .Order(),
            hits.Select(h => h.Procedure.Code).Order()
        );
        Assert.All(hits, hit => Assert.Equal(MatchKind.CodePrefix, hit.Kind));
    }

    [Fact]
    public void A_hit_says_what_it_was_found_by()
    {
        Assert.Equal("JKA21 Laparoskopisk kolecystektomi", Search.Find("jka21", 1)[0].MatchedOn);
        Assert.Equal("vikingasjuka", Search.Find("vikingasjuka", 1)[0].MatchedOn);
        Assert.Equal(MatchKind.Name, Search.Find("vikingasjuka", 1)[0].Kind);
        Assert.Equal(MatchKind.Spelling, Search.Find("karpalltunel", 1)[0].Kind);
    }

    [Theory]
    [InlineData("axel")]
    [InlineData("fot")]
    [InlineData("knä")]
    [InlineData("höft")]
    [InlineData("hand")]
    [InlineData("rygg")]
    [InlineData("bröst")]
    [InlineData("livmoder")]
    [InlineData("prostata")]
    [InlineData("näs", "näsa")]
    [InlineData("ögon", "öga")]
    [InlineData("hjärt", "hjärta")]
    [InlineData("mag", "mage")]
    [InlineData("tå")]
    public void An_operation_on_a_part_of_the_body_lists_all_that_is_done_there(string written, string? place = null)
    {
        // Knä is also the beginning of knäppfinger, and knäoperation is not.
        var there = Search
            .Find(place ?? written, 50)
            .Where(hit => hit.Kind == MatchKind.Words)
            .Select(hit => hit.Procedure.Code)
            .ToHashSet();
        Assert.NotEmpty(there);
        foreach (var operation in new[] { "operation", "operationer", "kirurgi", "op" })
        {
            var hits = Search.Find(written + operation, 50);
            Assert.Subset(hits.Select(hit => hit.Procedure.Code).ToHashSet(), there);
            Assert.DoesNotContain(hits, hit => hit.Kind == MatchKind.Name);
        }
    }

    [Theory]
    [InlineData("höftprotes", "NFB")]
    [InlineData("framfall", "LEF")]
    [InlineData("gallan", "JKA")]
    [InlineData("triggerfinger", "NDM")]
    [InlineData("snedtå", "NHK")]
    [InlineData("sterilisering av män", "KFD")]
    public void A_name_of_one_procedure_alone_names_it(string query, string expected) =>
        Assert.Equal(
            [expected],
            Search.Find(query, 50).Where(hit => hit.Kind == MatchKind.Name).Select(hit => hit.Procedure.Code)
        );

    [Theory]
    [InlineData("axel")]
    [InlineData("tarm")]
    [InlineData("hals")]
    [InlineData("ont i axeln")]
    [InlineData("ont i vänster knä")]
    [InlineData("bypass")]
    [InlineData("stent")]
    [InlineData("sterilisering")]
    [InlineData("steloperation")]
    [InlineData("höft, knä")]
    public void A_place_or_a_word_that_others_have_too_names_none_and_lists_several(string query)
    {
        var hits = Search.Find(query, 50);
        Assert.True(hits.Count > 1);
        Assert.DoesNotContain(hits, hit => hit.Kind == MatchKind.Name);
    }

    [Theory]
    [InlineData("njursten", "njurstenar")]
    [InlineData("njursten", "njurstenarna")]
    [InlineData("gallsten", "gallstenen")]
    [InlineData("stortå", "stortår")]
    [InlineData("suddig syn", "suddigt syn")]
    public void Another_form_of_a_word_finds_the_same_in_the_same_order(string word, string form) =>
        Assert.Equal(Codes(word), Codes(form));

    private static List<string> Codes(string query) =>
        [.. Search.Find(query, 50, code => Volumes.GetValueOrDefault(code)).Select(hit => hit.Procedure.Code)];

    [Fact]
    public void Two_places_list_what_is_done_at_each() =>
        Assert.Equal(Codes("höft").Concat(Codes("knä")).Order(), Codes("höft, knä").Order());

    [Fact]
    public void The_most_performed_comes_first_among_equals()
    {
        Assert.Equal("JAE", Search.Find("bråck", 1, code => code == "JAE" ? 1 : 0)[0].Procedure.Code);
        Assert.Equal("JAD", Search.Find("bråck", 1, code => code == "JAD" ? 1 : 0)[0].Procedure.Code);
    }

    [Fact]
    public void The_limit_is_kept()
    {
        Assert.Equal(3, Search.Find("knä", 3).Count);
        Assert.Empty(Search.Find("knä", 0));
    }

    [Fact]
    public void Nothing_uncovered_is_also_a_name_of_something_covered()
    {
        var covered = Catalogue
            .Procedures.SelectMany(p => p.Synonyms.Append(p.PlainName).Append(p.Title))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(Catalogue.Uncovered.SelectMany(u => u.Synonyms.Append(u.Name)), covered.Contains);
        Assert.DoesNotContain(
            Catalogue.Uncovered.SelectMany(u => u.Codes),
            code => Catalogue.FindProcedure(code) is not null
        );
    }

    [Fact]
    public void Long_and_strange_queries_are_answered()
    {
        Assert.Empty(Search.Find(new string('ö', 10_000), 10));
        Assert.Empty(Search.Find(string.Join(' ', Enumerable.Repeat("höft knä zzz", 500)), 10));
        Assert.NotEmpty(Search.Find("o\u0308ga starr".Replace("o\u0308ga", "gra\u030A", StringComparison.Ordinal), 10));
        Search.Find("\ud800 knä \u202e", 10);
    }
}
