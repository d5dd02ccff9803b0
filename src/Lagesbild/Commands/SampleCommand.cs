using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using Lagesbild.Catalogue;
using Lagesbild.Commands.Samples;
using Lagesbild.Deliveries;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild sample</c>: a synthetic delivery, the same bytes for the same arguments.</summary>
public static class SampleCommand
{
    private const int SmallSporUnits = 46;
    private const int SmallNcrUnits = 18;

    // No earlier one is taken; later ones would need dates that do not exist.
    private static readonly DateOnly Earliest = HeaderRules.EarliestReferenceDate;
    private static readonly DateOnly Latest = new(2099, 12, 31);

    public static Command Create()
    {
        var source = new Option<string>("--source") { Description = "SPOR or NCR.", Required = true };
        source.AcceptOnlyFromAmong("SPOR", "NCR");
        var date = new Option<string>("--date") { Description = "Reference date, yyyy-MM-dd.", Required = true };
        var folder = new Option<DirectoryInfo>("--out")
        {
            Description = "Folder for the file; made if it is missing.",
            Required = true,
        };
        var units = new Option<int?>("--units")
        {
            Description = string.Create(
                CultureInfo.InvariantCulture,
                $"Number of units (default {SmallSporUnits} of SPOR, {SmallNcrUnits} of NCR)."
            ),
            CustomParser = WholeNumber,
        };
        var procedures = new Option<int?>("--procedures")
        {
            Description = "Number of procedures, the most performed first (default: all core procedures).",
            CustomParser = WholeNumber,
        };
        var seed = new Option<int?>("--seed")
        {
            Description = "Another number, another country (default 1).",
            CustomParser = WholeNumber,
        };
        var national = new Option<bool>("--national")
        {
            Description =
                "A full country: all units, all core procedures. Of SPOR at least 3 million bin rows, for which there are more "
                + "operations than in the real country (about 1.4 million a year, not 550 000); only hip, knee, gallbladder and "
                + "groin hernia keep their published volumes.",
        };
        var command = new Command("sample", "Make a synthetic delivery, the same bytes for the same arguments.")
        {
            source,
            date,
            folder,
            units,
            procedures,
            seed,
            national,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var catalogue = ProcedureCatalogue.Load();
                var name = parsed.GetRequiredValue(source);
                var isNational = parsed.GetValue(national);
                var request = new SampleRequest(
                    name,
                    ParseDate(parsed.GetRequiredValue(date)),
                    Number(
                        "--units",
                        parsed.GetValue(units),
                        SampleUnit.Of(catalogue, name).Count,
                        isNational ? int.MaxValue
                            : name == "SPOR" ? SmallSporUnits
                            : SmallNcrUnits
                    ),
                    Number(
                        "--procedures",
                        parsed.GetValue(procedures),
                        SampleProcedure.Of(catalogue, name).Count,
                        int.MaxValue
                    ),
                    parsed.GetValue(seed) ?? 1,
                    isNational
                );
                Write(
                    catalogue,
                    request,
                    parsed.GetRequiredValue(folder),
                    parsed.InvocationConfiguration.Output,
                    cancellationToken
                );
                return Task.FromResult(0);
            }
        );
        return command;
    }

    private static DateOnly ParseDate(string text)
    {
        if (
            !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || date < Earliest
            || date > Latest
        )
        {
            throw new CommandFailedException(
                $"--date must be a day from {Earliest:yyyy-MM-dd} to {Latest:yyyy-MM-dd}, written yyyy-MM-dd."
            );
        }

        return date;
    }

    private static int? WholeNumber(ArgumentResult argument)
    {
        if (int.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        argument.AddError("--units, --procedures and --seed take a whole number.");
        return null;
    }

    private static int Number(string option, int? asked, int most, int otherwise) =>
        asked is < 1 || asked > most
            ? throw new CommandFailedException(
                string.Create(CultureInfo.InvariantCulture, $"{option} must be from 1 to {most}.")
            )
            : Math.Min(asked ?? otherwise, most);

    private static void Write(
        ProcedureCatalogue catalogue,
        SampleRequest request,
        DirectoryInfo folder,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        var path = Path.Combine(folder.FullName, request.FileName);
        var part = path + ".part";
        try
        {
            folder.Create();
            var watch = Stopwatch.StartNew();
            var counts = WritePart(catalogue, request, part, cancellationToken);
            var size = new FileInfo(part).Length;
            if (File.Exists(path) && !HasSameBytes(path, part))
            {
                throw new CommandFailedException(
                    $"{path} is there already and differs: remove it, or choose another folder with --out.",
                    exitCode: 1
                );
            }

            File.Move(part, path, overwrite: true);
            output.WriteLine(path);
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{counts.Units} units, {counts.Rows} rows, {counts.Cells} cells ({counts.Masked} masked), {counts.Operations} operations in 365 days, {size} bytes, {watch.Elapsed.TotalSeconds:F1} s"
                )
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{path} cannot be written: {failure.Message}", exitCode: 1);
        }
        finally
        {
            if (File.Exists(part))
            {
                File.Delete(part);
            }
        }
    }

    private static SampleCounts WritePart(
        ProcedureCatalogue catalogue,
        SampleRequest request,
        string part,
        CancellationToken cancellationToken
    )
    {
        using var file = File.Create(part);
        var isTerminal = !Console.IsErrorRedirected;
        var counts = SampleFile.Write(
            new SampleCountry(catalogue, request),
            request,
            file,
            isTerminal ? done => Console.Error.Write($"\r{done} of {request.Units} units") : null,
            cancellationToken
        );
        if (isTerminal)
        {
            Console.Error.Write("\r\e[K");
        }

        return counts;
    }

    private static bool HasSameBytes(string one, string other)
    {
        using var a = new BufferedStream(File.OpenRead(one));
        using var b = new BufferedStream(File.OpenRead(other));
        if (a.Length != b.Length)
        {
            return false;
        }

        for (var read = a.ReadByte(); read >= 0; read = a.ReadByte())
        {
            if (read != b.ReadByte())
            {
                return false;
            }
        }

        return true;
    }
}
