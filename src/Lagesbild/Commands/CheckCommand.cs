using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;

namespace Lagesbild.Commands;

/// <summary>
/// <c>lagesbild check</c>: a register's data manager tries files without a server. Rules that compare with what is published
/// are left out.
/// </summary>
public static class CheckCommand
{
    private const string NameWithheld = "(ett namn med något som ser ut som ett personnummer)";
    private const int Refused = 1;
    private const int Unreadable = 2;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Delivery files", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "The receipt as JSON (a list, for several files)" };
        var command = new Command(
            "check",
            "Check delivery files without a server: exit code 0 would be accepted, 1 refused, 2 could not be read"
        )
        {
            files,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    parsed.GetRequiredValue(files),
                    parsed.GetValue(json),
                    parsed.InvocationConfiguration.Output,
                    parsed.InvocationConfiguration.Error,
                    cancellationToken
                )
        );
        return command;
    }

    /// <summary>The receipt that a file would get, without what only a ledger knows.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Receipt Check(
        string file,
        TimeProvider clock,
        IProgress<ReadingProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        if (Directory.Exists(file))
        {
            throw new NotAFileException("är en mapp. Ange filerna i den, till exempel mapp/*.zip.");
        }

        using var content = File.OpenRead(file);
        if (!content.CanSeek)
        {
            // The readers go back to the start.
            throw new NotAFileException("är ett rör, och filen läses två gånger. Spara den först.");
        }

        var result = SourceReaders.Standard.Read(
            Path.GetFileName(file),
            content,
            // Whether invented data is welcome is for the service to say, not for the file.
            new ReadContext(ProcedureCatalogue.Load(), clock.TodayInStockholm(), AllowSynthetic: true)
            {
                Progress = progress,
            },
            expectedSource: null,
            cancellationToken
        );
        return new Receipt(
            Id: null,
            result.FileName,
            result.Source?.Code,
            result.Version?.ReferenceDate,
            result.Version?.Correction,
            result.Contents is null ? "refused"
                : result.Findings.HasHolds ? "held"
                : "accepted",
            ReceivedAt: null,
            SettledAt: null,
            result.SizeBytes,
            result.Sha256,
            result.Counts,
            result.Findings.Counts,
            result.Findings.Listed
        );
    }

    /// <summary>One finding on a line, Swedish: code, place, message.</summary>
    public static string Describe(Finding finding)
    {
        string?[] place =
        [
            finding.Entry,
            finding.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"rad {line}") : null,
            finding.Column is { } column ? string.Create(CultureInfo.InvariantCulture, $"fält {column}") : null,
        ];
        var where = string.Join(", ", place.Where(p => p is not null));
        return FileNames.Escape(
            $"{Word(finding.Severity)} {finding.Code}{(where.Length > 0 ? $" ({where})" : "")}: {finding.Message}"
        );
    }

    private static async Task<int> RunAsync(
        string[] files,
        bool json,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken
    )
    {
        var exitCode = 0;
        var receipts = new List<Receipt>();
        var progress = new ProgressLine();
        foreach (var file in files)
        {
            var name = FileNames.Shown(Path.GetFileName(file), NameWithheld);
            progress.Begin(name);
            try
            {
                var receipt = Check(file, TimeProvider.System, progress, cancellationToken);
                receipts.Add(receipt);
                exitCode = Math.Max(exitCode, receipt.State == "refused" ? Refused : 0);
                progress.Clear();
                if (!json)
                {
                    await WriteAsync(receipt, output);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                progress.Clear();
                exitCode = Unreadable;
                await error.WriteLineAsync(FileNames.Escape($"lagesbild: {name} {Reason(failure)}"));
            }
        }

        if (json)
        {
            await output.WriteLineAsync(
                receipts is [var only] && files.Length == 1
                    ? JsonSerializer.Serialize(only, ReceiptJson.Indented.Receipt)
                    : JsonSerializer.Serialize(receipts, ReceiptJson.Indented.IReadOnlyListReceipt)
            );
        }

        return exitCode;
    }

    // The platform's own words are for programmers.
    private static string Reason(Exception failure) =>
        failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => "finns inte. Kontrollera mapp och namn.",
            UnauthorizedAccessException => "får inte läsas. Be om läsrätt till filen.",
            NotAFileException => failure.Message,
            _ => "går inte att läsa. Kontrollera att disken eller nätverksmappen är åtkomlig, och försök igen.",
        };

    private static async Task WriteAsync(Receipt receipt, TextWriter output)
    {
        var verdict = receipt.State switch
        {
            "refused" => "skulle avvisas",
            "held" => "skulle parkeras tills en operatör har bestämt",
            _ => "skulle tas emot",
        };
        await output.WriteLineAsync($"{FileNames.Shown(receipt.FileName, NameWithheld)}: {verdict}");
        if (receipt.Counts is { } counts)
        {
            await output.WriteLineAsync(
                string.Create(
                    ProcedureCatalogue.Swedish,
                    $"  {Counted(counts.Units, "enhet", "enheter")}, {Counted(counts.Procedures, "åtgärd", "åtgärder")}, {Counted(counts.Rows, "rad", "rader")}, {Counted(counts.Cells, "cell", "celler")} varav {Counted(counts.MaskedCells, "undertryckt", "undertryckta")}, {Counted(counts.Operations, "operation", "operationer")} på 365 dagar"
                )
            );
        }

        foreach (var finding in receipt.Findings)
        {
            await output.WriteLineAsync("  " + Describe(finding));
        }

        foreach (var (code, count) in receipt.FindingCounts.Where(c => c.Value > Findings.ListedPerCode))
        {
            await output.WriteLineAsync(
                string.Create(
                    ProcedureCatalogue.Swedish,
                    $"  {code}: {count:N0} i allt, de första {Findings.ListedPerCode} visas"
                )
            );
        }
    }

    private static string Counted(long number, string one, string more) =>
        string.Create(ProcedureCatalogue.Swedish, $"{number:N0} {(number == 1 ? one : more)}");

    private sealed class NotAFileException(string message) : IOException(message);

    private static string Word(Severity severity) =>
        severity switch
        {
            Severity.Error => "FEL",
            Severity.Hold => "PARKERAS",
            Severity.Warning => "VARNING",
            _ => "UPPLYSNING",
        };
}
