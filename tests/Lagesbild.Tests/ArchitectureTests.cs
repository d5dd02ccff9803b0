using System.Text.RegularExpressions;
using Lagesbild.Statistics;

namespace Lagesbild.Tests;

/// <summary>Reads the sources and holds them to the house's direction and habits.</summary>
public sealed partial class ArchitectureTests
{
    // What each folder of the program may know, besides itself. Program.cs and Commands know everything; nothing knows them.
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Personal"] = [],
        ["Catalogue"] = ["Statistics"],
        ["Deliveries"] = ["Statistics", "Catalogue", "Personal"],
        ["Picture"] = ["Statistics", "Catalogue", "Deliveries"],
        ["Formats"] = ["Statistics", "Catalogue", "Deliveries", "Picture"],
        ["Ledger"] = ["Statistics", "Catalogue", "Deliveries"],
        ["Jobs"] = ["Statistics", "Catalogue", "Deliveries", "Ledger", "Picture"],
        ["Security"] = ["Personal"],
        ["Api"] = ["Statistics", "Catalogue", "Deliveries", "Ledger", "Picture", "Formats", "Security"],
        ["Pages"] = ["Statistics", "Catalogue", "Deliveries", "Ledger", "Picture", "Formats", "Security"],
    };

    private static readonly string[] SeeEverything = ["Program.cs", "Commands"];

    private static readonly string[] KnowNoDatabase =
    [
        "Personal",
        "Catalogue",
        "Deliveries",
        "Picture",
        "Formats",
        "Security",
        "Api",
        "Pages",
    ];

    private sealed record Source(string Path, string Folder, string Text, string Code);

    private static readonly List<Source> Program = ReadSources("src/Lagesbild", "*.cs", "*.cshtml");
    private static readonly List<Source> StatisticsSources = ReadSources("src/Lagesbild.Statistics", "*.cs");

    [Fact]
    public void Every_folder_of_the_program_has_its_place_in_the_direction()
    {
        var folders = Program.Select(s => s.Folder).Distinct().Except(SeeEverything);
        Assert.Empty(folders.Except(MayKnow.Keys));
    }

    [Fact]
    public void No_folder_knows_what_stands_above_it()
    {
        string[] all = [.. MayKnow.Keys, "Commands"];
        Assert.Empty(
            from source in Program
            where MayKnow.ContainsKey(source.Folder)
            from folder in all.Except(MayKnow[source.Folder]).Where(f => f != source.Folder)
            where Regex.IsMatch(source.Code, $@"\bLagesbild\.{folder}\b|\b(using|namespace)\s+{folder}\b")
            select $"{source.Path} knows {folder}"
        );
    }

    [Fact]
    public void A_file_lies_in_the_folder_of_its_namespace() =>
        Assert.Empty(
            from source in Program.Concat(StatisticsSources)
            let project = source.Path.Split('/')[1]
            let expected = source.Folder.EndsWith(".cs", StringComparison.Ordinal)
                ? project
                : project + "." + source.Folder
            from Match declared in NamespaceDeclaration().Matches(source.Code)
            where !(declared.Groups[1].Value + ".").StartsWith(expected + ".", StringComparison.Ordinal)
            select $"{source.Path} declares {declared.Groups[1].Value}"
        );

    [Fact]
    public void Only_the_ledger_the_jobs_and_the_commands_know_the_database() =>
        Assert.Empty(
            from source in Program
            where KnowNoDatabase.Contains(source.Folder)
            where Regex.IsMatch(source.Code, @"\bNpgsql|\bMicrosoft\.EntityFrameworkCore\b")
            select source.Path
        );

    [Fact]
    public void Statistics_stands_on_the_base_class_library_alone()
    {
        string[] allowed =
        [
            "System.Runtime",
            "System.Runtime.Numerics",
            "System.Runtime.InteropServices",
            "System.Memory",
            "System.Collections",
            "System.Linq",
        ];
        Assert.Empty(typeof(Quantile).Assembly.GetReferencedAssemblies().Select(a => a.Name).Except(allowed));
        var project = File.ReadAllText(
            Path.Combine(Checkout.Root, "src/Lagesbild.Statistics/Lagesbild.Statistics.csproj")
        );
        Assert.DoesNotMatch("(Package|Project|Framework)Reference", project);
    }

    [Fact]
    public void Statistics_neither_reads_nor_writes_nor_asks_for_the_time() =>
        Assert.Empty(
            from source in StatisticsSources
            where
                Regex.IsMatch(
                    source.Code,
                    @"\bSystem\.(IO|Net|Threading|Diagnostics)\b|\b(File|Directory|Stream\w*|Console|Environment|Process|HttpClient|Stopwatch|Task|TimeProvider|DateTime\w*)\b"
                )
            select source.Path
        );

    [Fact]
    public void Everything_is_caught_only_at_a_jobs_boundary() =>
        Assert.Empty(
            from source in Program.Concat(StatisticsSources)
            where source.Folder != "Jobs"
            // With a filter it names what it catches.
            where Regex.IsMatch(source.Code, @"\bcatch\s*(\(\s*(System\.)?Exception\b[^)]*\))?\s*\{")
            select source.Path
        );

    [Fact]
    public void The_time_is_asked_of_a_TimeProvider() =>
        Assert.Empty(
            from source in Program.Concat(StatisticsSources)
            where Regex.IsMatch(source.Code, @"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b")
            select source.Path
        );

    [Fact]
    public void No_type_is_named_for_what_it_is_not() =>
        Assert.Empty(
            from source in Program.Concat(StatisticsSources)
            from Match type in TypeDeclaration().Matches(source.Code)
            let name = type.Groups["name"].Value
            where
                Regex.IsMatch(name, "(Service|Manager|Helpers?|Utils?|Utilities|Common|Base|Impl|Processor)$")
                // ASP.NET Core calls its own so, and who extends one keeps its word.
                || (
                    name.EndsWith("Handler", StringComparison.Ordinal)
                    && !Regex.IsMatch(type.Groups["rest"].Value, @":[^{]*Handler")
                )
            select $"{source.Path}: {name}"
        );

    [Fact]
    public void An_interface_has_more_than_one_implementation()
    {
        var all = string.Concat(Program.Concat(StatisticsSources).Select(s => s.Code));
        Assert.Empty(
            from Match type in TypeDeclaration().Matches(all)
            where type.Groups["kind"].Value == "interface"
            let name = type.Groups["name"].Value
            where
                TypeDeclaration().Matches(all).Count(t => Regex.IsMatch(t.Groups["rest"].Value, $@":[^{{]*\b{name}\b"))
                < 2
            select name
        );
    }

    [Fact]
    public void Nothing_is_left_for_later() =>
        Assert.Empty(
            from source in Program.Concat(StatisticsSources).Concat(ReadSources("tests", "*.cs"))
            // Written so that it does not find itself.
            where Regex.IsMatch(source.Text, @"\b(TOD[O]|FIXM[E]|HAC[K]|NotImplementedExceptio[n])\b")
            select source.Path
        );

    [Fact]
    public void No_test_sleeps_or_is_skipped() =>
        Assert.Empty(
            from source in ReadSources("tests", "*.cs")
            // A benchmark waits for memory at rest; it is no test.
            where source.Folder != "Lagesbild.Benchmarks"
            where Regex.IsMatch(source.Code, @"\bTask\.Delay\b|\bThread\.Sleep\b|\bSkip\s*=|\bAssert\.Skip")
            select source.Path
        );

    private static List<Source> ReadSources(string folder, params string[] patterns)
    {
        var top = Path.Combine(Checkout.Root, folder);
        return
        [
            .. from pattern in patterns
            from path in Directory.EnumerateFiles(top, pattern, SearchOption.AllDirectories)
            let relative = Path.GetRelativePath(top, path).Replace('\\', '/')
            let parts = relative.Split('/')
            where !parts.Contains("obj") && !parts.Contains("bin")
            let text = File.ReadAllText(path)
            select new Source(folder + "/" + relative, parts[0], text, WithoutCommentsAndTexts(text)),
        ];
    }

    private static string WithoutCommentsAndTexts(string text) =>
        CommentOrText()
            .Replace(text, match => match.Value.StartsWith('/') || match.Value.StartsWith('@') ? " " : "\"\"");

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(
        @"\b(?<kind>class|interface|struct|record(\s+(class|struct))?|enum)\s+(?<name>[A-Z]\w*)(?<rest>[^{;]*)",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex TypeDeclaration();

    // Razor's comments too. Raw and verbatim texts before plain ones.
    [GeneratedRegex(
        """@\*.*?\*@|//[^\n]*|/\*.*?\*/|\"{3}.*?\"{3}|@\"([^\"]|\"\")*\"|\"(\\.|[^\"\\\n])*\"|'(\\.|[^'\\\n])'""",
        RegexOptions.Singleline
    )]
    private static partial Regex CommentOrText();
}
