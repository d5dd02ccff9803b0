using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Lagesbild.Deliveries;

namespace Lagesbild.Commands.Samples;

/// <summary>What a written file holds.</summary>
internal sealed record SampleCounts(int Units, long Rows, long Cells, long Masked, long Operations);

/// <summary>A delivery in the making: text that is compressed, hashed and counted as it is written.</summary>
internal sealed class SampleText : IDisposable
{
    private readonly Stream _compressed;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Crc32 _checksum = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 17);

    public SampleText(Stream compressed) => _compressed = compressed;

    public uint Crc32 => _checksum.GetCurrentHashAsUInt32();

    public long Length { get; private set; }

    public long Rows { get; set; }

    public void Write(string text) => Encoding.UTF8.GetBytes(text, _buffer);

    public void Write(ReadOnlySpan<byte> utf8) => _buffer.Write(utf8);

    public void Write(int number)
    {
        var span = _buffer.GetSpan(11);
        number.TryFormat(span, out var length, default, CultureInfo.InvariantCulture);
        _buffer.Advance(length);
    }

    /// <summary>Ends a line, and now and then hands over what has been written.</summary>
    public void EndLine(bool isRow = true)
    {
        Write("\n"u8);
        Rows += isRow ? 1 : 0;
        if (_buffer.WrittenCount > 1 << 16)
        {
            Flush();
        }
    }

    public void Flush()
    {
        var written = _buffer.WrittenSpan;
        _checksum.Append(written);
        Length += written.Length;
        _sha256.AppendData(written);
        _compressed.Write(written);
        _buffer.ResetWrittenCount();
    }

    public string Sha256() => Convert.ToHexStringLower(_sha256.GetCurrentHash());

    public void Dispose() => _sha256.Dispose();
}

/// <summary>Writes a whole delivery in its register's format.</summary>
internal static class SampleFile
{
    public static SampleCounts Write(
        SampleCountry country,
        SampleRequest request,
        Stream to,
        Action<int>? unitDone,
        CancellationToken cancellationToken
    ) =>
        request.Source == "SPOR"
            ? WriteSpor(country, request, to, unitDone, cancellationToken)
            : WriteNcr(country, request, to, unitDone, cancellationToken);

    private static SampleCounts WriteSpor(
        SampleCountry country,
        SampleRequest request,
        Stream to,
        Action<int>? unitDone,
        CancellationToken cancellationToken
    )
    {
        var source = new SporReader().Source;
        using var units = new SampleEntry("enheter.csv");
        using var cells = new SampleEntry("vantetid.csv");
        using var asa = new SampleEntry("asa.csv");
        Head(units, "hsaid;namn;regionkod;kommunkod;driftsform");
        Head(cells, "hsaid;kva;period;tidsgrans;fran;till;antal");
        Head(asa, "hsaid;kva;kand;asa34");

        var waits = new Waits(source.Groups.Count);
        var (cellCount, masked, operations) = (0L, 0L, 0L);
        for (var i = 0; i < country.Units.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var unit = country.Units[i].Delivered;
            units.Text.Write(
                $"{unit.HsaId};{unit.Name};{unit.RegionCode};{unit.MunicipalityCode};{OperatorCode(unit.Operator)}"
            );
            units.Text.EndLine();
            foreach (var procedure in country.Count(country.Units[i], waits))
            {
                var code = procedure.Procedure.Code;
                for (byte period = 0; period < Period.Count; period++)
                {
                    var periodCode = new Period(period).ToCode(request.ReferenceDate);
                    for (var group = 0; group < waits.Groups; group++)
                    {
                        if (waits.Count(period, group) == 0)
                        {
                            continue;
                        }

                        cellCount++;
                        masked += waits.IsMasked(period, group) ? 1 : 0;
                        WriteSporCell(
                            cells.Text,
                            Encoding.UTF8.GetBytes($"{unit.HsaId};{code};{periodCode};{source.Groups[group].Code};"),
                            waits,
                            period,
                            group
                        );
                    }
                }

                if (waits.IsVisible(Period.Days365.Index, 0))
                {
                    operations += waits.Count(Period.Days365.Index, 0);
                    var (known, asa34) = Masking.Asa(waits.AsaKnown, waits.Asa34);
                    asa.Text.Write($"{unit.HsaId};{code};{known};{asa34}");
                    asa.Text.EndLine();
                }
            }

            unitDone?.Invoke(i + 1);
        }

        using var manifest = new SampleEntry("manifest.json");
        SampleEntry[] files = [units, cells, asa];
        foreach (var file in files)
        {
            file.Finish();
        }

        manifest.Text.Write(
            $$"""{"format":"lagesbild-spor","formatversion":1{{Header(request)}},"filer":["""
                + string.Join(
                    ',',
                    files.Select(file =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $$"""{"namn":"{{file.Name}}","rader":{{file.Text.Rows}},"sha256":"{{file.Text.Sha256()}}"}"""
                        )
                    )
                )
                + "]}"
        );
        manifest.Text.EndLine(isRow: false);
        manifest.Finish();
        SampleZip.Write(to, request.ReferenceDate, [manifest, .. files]);
        return new SampleCounts(country.Units.Count, files.Sum(f => f.Text.Rows), cellCount, masked, operations);
    }

    private static void Head(SampleEntry entry, string header)
    {
        entry.Text.Write(header);
        entry.Text.EndLine(isRow: false);
    }

    private static void WriteSporCell(SampleText text, ReadOnlySpan<byte> cell, Waits waits, int period, int group)
    {
        if (waits.IsMasked(period, group))
        {
            text.Write(cell);
            text.Write(";;x"u8);
            text.EndLine();
            return;
        }

        var bins = waits.BinsOf(period, group);
        for (var bin = 0; bin < bins.Length; bin++)
        {
            if (bins[bin] == 0)
            {
                continue;
            }

            text.Write(cell);
            text.Write(7 * bin);
            text.Write(";"u8);
            if (bin < Waits.Bins - 1)
            {
                text.Write(7 * bin + 6);
            }

            text.Write(";"u8);
            text.Write(bins[bin]);
            text.EndLine();
        }
    }

    private static SampleCounts WriteNcr(
        SampleCountry country,
        SampleRequest request,
        Stream to,
        Action<int>? unitDone,
        CancellationToken cancellationToken
    )
    {
        var source = new NcrReader().Source;
        using var gzip = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true);
        using var text = new SampleText(gzip);
        text.Write($$"""{"typ":"huvud","format":"lagesbild-ncr","formatversion":1{{Header(request)}}}""");
        text.EndLine();
        foreach (var (unit, _) in country.Units)
        {
            text.Write(
                $$"""{"typ":"enhet","hsaid":"{{unit.HsaId}}","namn":"{{unit.Name}}","regionkod":"{{unit.RegionCode}}","kommunkod":"{{unit.MunicipalityCode}}","driftsform":"{{OperatorCode(
                    unit.Operator
                )}}"}"""
            );
            text.EndLine();
        }

        var waits = new Waits(source.Groups.Count);
        var (cellCount, masked, operations) = (0L, 0L, 0L);
        for (var i = 0; i < country.Units.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var procedure in country.Count(country.Units[i], waits))
            {
                for (byte period = 0; period < Period.Count; period++)
                {
                    var periodCode = new Period(period).ToCode(request.ReferenceDate);
                    for (var group = 0; group < waits.Groups; group++)
                    {
                        if (waits.Count(period, group) == 0)
                        {
                            continue;
                        }

                        cellCount++;
                        masked += waits.IsMasked(period, group) ? 1 : 0;
                        text.Write(
                            $$"""{"typ":"vantetid","hsaid":"{{country.Units[i].Delivered.HsaId}}","kva":"{{procedure.Procedure.Code}}","period":"{{periodCode}}","narkos":"{{source.Groups[group].Code}}","antal":"""
                        );
                        WriteNcrCell(text, waits, period, group);
                        text.EndLine();
                    }
                }

                operations += waits.IsVisible(Period.Days365.Index, 0) ? waits.Count(Period.Days365.Index, 0) : 0;
            }

            unitDone?.Invoke(i + 1);
        }

        var rows = text.Rows;
        text.Write("""{"typ":"slut","rader":""");
        text.Write((int)rows);
        text.Write("}"u8);
        text.EndLine(isRow: false);
        text.Flush();
        // The last line counts the header too; a receipt does not.
        return new SampleCounts(country.Units.Count, rows - 1, cellCount, masked, operations);
    }

    private static void WriteNcrCell(SampleText text, Waits waits, int period, int group)
    {
        if (waits.IsMasked(period, group))
        {
            text.Write("\"x\"}"u8);
            return;
        }

        text.Write(waits.Count(period, group));
        text.Write(",\"fack\":"u8);
        var bins = waits.BinsOf(period, group);
        var separator = "["u8;
        for (var bin = 0; bin < bins.Length; bin++)
        {
            if (bins[bin] == 0)
            {
                continue;
            }

            text.Write(separator);
            separator = ","u8;
            text.Write("["u8);
            text.Write(7 * bin);
            text.Write(","u8);
            if (bin < Waits.Bins - 1)
            {
                text.Write(7 * bin + 6);
            }
            else
            {
                text.Write("null"u8);
            }

            text.Write(","u8);
            text.Write(bins[bin]);
            text.Write("]"u8);
        }

        text.Write("]}"u8);
    }

    private static string Header(SampleRequest request) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$""","kalla":"{{request.Source}}","referensdatum":"{{request.ReferenceDate:yyyy-MM-dd}}","skapad":"{{request.CreatedAt:yyyy-MM-dd'T'HH:mm:sszzz}}","minstaCell":{{DeliveryBuilder.SmallestCell}},"syntetisk":true"""
        );

    private static string OperatorCode(Operator runs) =>
        runs switch
        {
            Operator.Public => "offentlig",
            Operator.Private => "privat",
            _ => "ideburen",
        };
}
