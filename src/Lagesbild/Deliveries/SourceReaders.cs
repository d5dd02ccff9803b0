using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Lagesbild.Deliveries;

/// <summary>The registers that may deliver: the one place where a new source is added.</summary>
public sealed partial class SourceReaders(IReadOnlyList<ISourceReader> readers)
{
    /// <summary>SPOR and NCR.</summary>
    public static SourceReaders Standard { get; } = new([new SporReader(), new NcrReader()]);

    public IReadOnlyList<ISourceReader> All { get; } = readers;

    /// <summary>The reader of a source's code (as in a file name's prefix or an inbox folder); null where there is none.</summary>
    public ISourceReader? Find(string sourceCode) => All.FirstOrDefault(r => r.Source.Code == sourceCode);

    /// <summary>Which delivery a file's name promises; null where it is no known source's name.</summary>
    public (ISourceReader Reader, DeliveryVersion Version)? ParseName(string fileName)
    {
        foreach (var reader in All)
        {
            var prefix = reader.Source.Code + "_";
            if (
                fileName.StartsWith(prefix, StringComparison.Ordinal)
                && fileName.EndsWith(reader.Extension, StringComparison.Ordinal)
                && fileName.Length > prefix.Length + reader.Extension.Length
                && VersionForm().Match(fileName[prefix.Length..^reader.Extension.Length]) is { Success: true } match
                && Fields.ParseDate(match.Groups["date"].Value) is { } date
            )
            {
                var correction = match.Groups["n"] is { Success: true } n
                    ? int.Parse(n.Value, CultureInfo.InvariantCulture)
                    : 1;
                return (reader, new DeliveryVersion(date, correction));
            }
        }

        return null;
    }

    /// <summary>Reads and checks one file. Never throws for bad input: that is findings.</summary>
    /// <param name="fileName">Its own name, no folder.</param>
    /// <param name="content">Seekable, at its start.</param>
    /// <param name="expectedSource">The inbox folder's or route's source code; null where any is welcome.</param>
    public DeliveryResult Read(
        string fileName,
        Stream content,
        ReadContext context,
        string? expectedSource,
        CancellationToken cancellationToken
    )
    {
        var findings = new Findings();
        var sha256 = context.Sha256 ?? Convert.ToHexStringLower(SHA256.HashData(content));
        content.Position = 0;
        var named = ParseName(fileName);
        var result = new DeliveryResult(
            fileName,
            // Where it was handed in, whatever its name says: that register is to know of it, and no other.
            expectedSource is null
                ? named?.Reader.Source
                : Find(expectedSource)?.Source,
            named?.Version,
            content.Length,
            sha256,
            findings,
            null,
            null
        );
        if (named is null && !FileNames.IsFit(fileName))
        {
            result = result with { FileName = sha256 };
        }

        if (named is null && FileNames.HasPersonalNumber(fileName))
        {
            findings.Error(
                "personal-identity-number",
                "Filens namn innehåller något som ser ut som ett personnummer. " + PersonalIdentityNumber.Advice
            );
        }

        if (named is not { } known || (expectedSource is not null && known.Reader.Source.Code != expectedSource))
        {
            findings.Error(
                "file-name",
                named is null
                    ? "Filens namn är inte en leverans från en känd källa. Det ska vara "
                        + string.Join(
                            " eller ",
                            All.Select(r => $"{r.Source.Code}_åååå-mm-dd{r.Extension} (rättelse: …_2{r.Extension})")
                        )
                        + "."
                    : $"Filen hör till {named.Value.Reader.Source.Code} men lämnades för {expectedSource}."
            );
            return result;
        }

        if (!HeaderRules.IsPossible(known.Version.ReferenceDate, findings))
        {
            return result;
        }

        var builder = new DeliveryBuilder(known.Reader.Source, context, known.Version, findings);
        try
        {
            if (content.Length == 0)
            {
                throw new UnreadableException("archive", "Filen är tom.");
            }

            known.Reader.Read(content, builder, cancellationToken);
        }
        catch (UnreadableException unreadable)
        {
            findings.Error(unreadable.Code, unreadable.Message, builder.Entry, unreadable.Line);
        }
        catch (InvalidDataException)
        {
            // What the platform says when deflated data is damaged; its own words are for programmers.
            findings.Error(
                "archive",
                "Innehållet går inte att packa upp: filen är avkortad eller skadad, troligen i överföringen. Skicka den igen.",
                builder.Entry
            );
        }

        var contents = builder.Build();
        if (contents is not null && !context.WasAccepted)
        {
            DeliveryRules.Judge(contents, builder);
        }

        return result with
        {
            Counts = contents?.Counts,
            Contents = findings.HasErrors ? null : contents,
        };
    }

    [GeneratedRegex(
        @"\A(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(_(?<n>[2-9]|[1-9][0-9]))?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex VersionForm();
}
