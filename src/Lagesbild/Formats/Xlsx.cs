using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Xml;

namespace Lagesbild.Formats;

/// <summary>
/// Writes a workbook (Office Open XML) of two sheets as a stream: numbers as numbers, dates as dates, the first row
/// frozen. The same table gives the same bytes.
/// </summary>
public static class Xlsx
{
    // Days are counted from here, because Excel takes 1900 for a leap year.
    private static readonly int DayZero = new DateOnly(1899, 12, 30).DayNumber;

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    private const int Heading = 9;
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"");

    /// <param name="about">The second sheet, which explains the first.</param>
    /// <param name="written">Stands in the archive as the entries' time.</param>
    public static async Task WriteAsync<TRow, TAbout>(
        Sheet<TRow> data,
        Sheet<TAbout> about,
        DateTimeOffset written,
        Stream output,
        CancellationToken cancellation
    )
    {
        await using var waiting = new Waiting(output);
        await using (
            var archive = await ZipArchive.CreateAsync(
                waiting,
                ZipArchiveMode.Create,
                leaveOpen: true,
                entryNameEncoding: null,
                cancellation
            )
        )
        {
            await WriteAsync(archive, "[Content_Types].xml", written, ContentTypes, cancellation);
            await WriteAsync(archive, "_rels/.rels", written, PackageRelations, cancellation);
            await WriteAsync(archive, "xl/workbook.xml", written, Workbook(data.Name, about.Name), cancellation);
            await WriteAsync(archive, "xl/_rels/workbook.xml.rels", written, WorkbookRelations, cancellation);
            await WriteAsync(archive, "xl/styles.xml", written, Styles, cancellation);
            await WriteAsync(archive, "xl/worksheets/sheet1.xml", written, data, cancellation);
            await WriteAsync(archive, "xl/worksheets/sheet2.xml", written, about, cancellation);
        }

        await waiting.FlushAsync(cancellation);
    }

    private static async Task WriteAsync(
        ZipArchive archive,
        string name,
        DateTimeOffset written,
        string xml,
        CancellationToken cancellation
    )
    {
        await using var entry = await OpenAsync(archive, name, written, cancellation);
        var text = new Utf8Output(entry);
        text.Write(Declaration);
        text.Write(xml);
        await text.FlushAsync(cancellation);
    }

    private static async Task WriteAsync<T>(
        ZipArchive archive,
        string name,
        DateTimeOffset written,
        Sheet<T> sheet,
        CancellationToken cancellation
    )
    {
        await using var entry = await OpenAsync(archive, name, written, cancellation);
        var text = new Utf8Output(entry);
        var letters = Enumerable.Range(0, sheet.Columns.Count).Select(Letters).ToArray();
        text.Write(Declaration);
        text.Write($"<worksheet xmlns=\"{Main}\"><sheetViews><sheetView workbookViewId=\"0\">");
        text.Write(
            "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>"u8
        );
        for (var i = 0; i < letters.Length; i++)
        {
            var column = sheet.Columns[i];
            var width = column.Style == ColumnStyle.Text ? column.Width : Math.Clamp(column.Heading.Length + 2, 10, 24);
            text.Write(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<col min=\"{i + 1}\" max=\"{i + 1}\" width=\"{width}\" customWidth=\"1\"/>"
                )
            );
        }

        text.Write("</cols><sheetData><row r=\"1\">"u8);
        for (var i = 0; i < letters.Length; i++)
        {
            WriteText(text, letters[i], 1, Heading, sheet.Columns[i].Heading);
        }

        text.Write("</row>"u8);
        var number = 1;
        foreach (var row in sheet.Rows)
        {
            number++;
            text.Write("<row r=\""u8);
            text.Write(number);
            text.Write("\">"u8);
            for (var i = 0; i < letters.Length; i++)
            {
                Write(text, letters[i], number, sheet.Columns[i].Style, sheet.Columns[i].Of(row));
            }

            text.Write("</row>"u8);
            await text.FlushIfFullAsync(cancellation);
        }

        text.Write(
            string.Create(
                CultureInfo.InvariantCulture,
                $"</sheetData><autoFilter ref=\"A1:{letters[^1]}{number}\"/></worksheet>"
            )
        );
        await text.FlushAsync(cancellation);
    }

    private static void Write(Utf8Output text, string letters, int row, ColumnStyle style, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Text:
                WriteText(text, letters, row, (int)style, value.Swedish!);
                break;
            case ValueKind.Number:
                WriteNumber(text, letters, row, style, "", value.Number!.Value);
                break;
            case ValueKind.Truth:
                WriteNumber(text, letters, row, style, " t=\"b\"", value.Truth!.Value ? 1 : 0);
                break;
            case ValueKind.Date:
                WriteNumber(text, letters, row, style, "", value.Date!.Value.DayNumber - DayZero);
                break;
        }
    }

    private static void WriteNumber(
        Utf8Output text,
        string letters,
        int row,
        ColumnStyle style,
        string type,
        double value
    )
    {
        WriteCell(text, letters, row, (int)style, type);
        text.Write("<v>"u8);
        text.Write(value);
        text.Write("</v></c>"u8);
    }

    private static void WriteText(Utf8Output text, string letters, int row, int style, string value)
    {
        WriteCell(text, letters, row, style, " t=\"inlineStr\"");
        text.Write("<is><t xml:space=\"preserve\">"u8);
        text.Write(Escaped(value));
        text.Write("</t></is></c>"u8);
    }

    private static void WriteCell(Utf8Output text, string letters, int row, int style, string type)
    {
        text.Write("<c r=\""u8);
        text.Write(letters);
        text.Write(row);
        text.Write("\" s=\""u8);
        text.Write(style);
        text.Write("\""u8);
        text.Write(type);
        text.Write(">"u8);
    }

    private static async Task<Stream> OpenAsync(
        ZipArchive archive,
        string name,
        DateTimeOffset written,
        CancellationToken cancellation
    )
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = written;
        return await entry.OpenAsync(cancellation);
    }

    // The archive writes its small headers without awaiting, which a connection does not allow: they wait here for the
    // next bytes that are awaited.
    private sealed class Waiting(Stream output) : Stream
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => _bytes.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
        {
            _bytes.Write(buffer.Span);
            await output.WriteAsync(_bytes.WrittenMemory, cancellationToken);
            _bytes.ResetWrittenCount();
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() { }

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            WriteAsync(default(ReadOnlyMemory<byte>), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private static string Letters(int column) =>
        (column >= 26 ? Letters(column / 26 - 1) : "") + (char)('A' + column % 26);

    // What XML cannot hold at all is left out; names come from others.
    private static string Escaped(string text)
    {
        if (!text.AsSpan().ContainsAny(Special) && text.All(XmlConvert.IsXmlChar))
        {
            return text;
        }

        return string.Concat(text.Where(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c)))
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal);
    }

    private static string Workbook(string first, string second) =>
        $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets>"
        + $"<sheet name=\"{Escaped(first)}\" sheetId=\"1\" r:id=\"rId1\"/>"
        + $"<sheet name=\"{Escaped(second)}\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>";

    private const string ContentTypes =
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
        + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
        + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
        + "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
        + "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        + "<Override PartName=\"/xl/worksheets/sheet2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        + "</Types>";

    private const string PackageRelations =
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        + $"<Relationship Id=\"rId1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

    private const string WorkbookRelations =
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        + $"<Relationship Id=\"rId1\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
        + $"<Relationship Id=\"rId2\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet2.xml\"/>"
        + $"<Relationship Id=\"rId3\" Type=\"{Relations}/styles\" Target=\"styles.xml\"/></Relationships>";

    // One format for each ColumnStyle, in its order, and the heading's after them.
    private const string Styles =
        $"<styleSheet xmlns=\"{Main}\"><numFmts count=\"4\">"
        + "<numFmt numFmtId=\"164\" formatCode=\"0.0\"/><numFmt numFmtId=\"165\" formatCode=\"0.00%\"/>"
        + "<numFmt numFmtId=\"166\" formatCode=\"yyyy\\-mm\\-dd\"/><numFmt numFmtId=\"167\" formatCode=\"yyyy\\-mm\"/></numFmts>"
        + "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
        + "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
        + "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        + "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
        + "<cellXfs count=\"10\">"
        + "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
        + "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"2\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
        + "<xf numFmtId=\"166\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"167\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyAlignment=\"1\"><alignment wrapText=\"1\" vertical=\"top\"/></xf>"
        + "</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";
}
