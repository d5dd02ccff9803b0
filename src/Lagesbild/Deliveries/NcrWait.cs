using System.Text;
using System.Text.Json;

namespace Lagesbild.Deliveries;

/// <summary>A line vantetid of NCR: one cell. (docs/leveransformat.md)</summary>
internal static class NcrWait
{
    // A field's column is the place of its key in the order that the format lists them, typ first.
    private const int HsaIdColumn = 2;
    private const int ProcedureColumn = 3;
    private const int PeriodColumn = 4;
    private const int GroupColumn = 5;
    private const int CountColumn = 6;
    private const int BinsColumn = 7;

    private const string CountForm = "antal ska vara ett heltal eller \"x\" (litet x), utan citattecken kring talet.";

    private static readonly string[] MaskedKeys = ["typ", "hsaid", "kva", "period", "narkos", "antal"];

    /// <summary>In their order, which the columns go by; a masked cell has no bins.</summary>
    public static readonly string[] Keys = [.. MaskedKeys, "fack"];

    /// <summary>Where complaints of a cell point.</summary>
    public static CellColumns Columns => new(BinsColumn, BinsColumn, BinsColumn, CountColumn);

    /// <summary>Takes the line's cell, or says what is wrong with it.</summary>
    public static void Read(JsonElement root, Source source, DeliveryBuilder delivery, long line)
    {
        var isMasked =
            root.TryGetProperty("antal", out var count)
            && count.ValueKind == JsonValueKind.String
            && count.ValueEquals("x"u8);
        var json = new JsonShape(root, delivery.Findings, "header", null, line);
        if (count.ValueKind == JsonValueKind.String && !isMasked)
        {
            delivery.Findings.Error("field", CountForm, null, line, CountColumn);
            return;
        }

        if (!json.HasExactly(isMasked ? MaskedKeys : Keys))
        {
            return;
        }

        void Wrong(int column, string message) => delivery.Findings.Error("field", message, null, line, column);
        var hsaId = json.Text("hsaid") ?? "";
        var unit = delivery.FindUnit(Encoding.UTF8.GetBytes(hsaId));
        var procedure = Encoding.UTF8.GetBytes(json.Text("kva") ?? "");
        var period = Fields.ParsePeriod(
            Encoding.UTF8.GetBytes(json.Text("period") ?? ""),
            delivery.Named.ReferenceDate
        );
        var group = source.IndexOfGroup(json.Text("narkos") ?? "");
        if (unit < 0)
        {
            UnitFields.ComplainOfUnknown(hsaId, "någon rad enhet", delivery, line, HsaIdColumn);
        }
        else if (!Fields.IsProcedureCode(procedure))
        {
            Wrong(ProcedureColumn, "kva ska vara tre versaler, A–Z.");
        }
        else if (period is null)
        {
            Wrong(
                PeriodColumn,
                "period ska vara 30D, 90D, 365D eller en av de 18 hela månaderna före referensdatumets månad (åååå-mm)."
            );
        }
        else if (group < 0)
        {
            Wrong(GroupColumn, "narkos ska vara alla eller ja.");
        }
        else if (delivery.BeginCell(unit, delivery.PlaceOfProcedure(procedure), period.Value, group, line))
        {
            if (isMasked)
            {
                delivery.MaskCell(line);
                delivery.EndCell();
            }
            else
            {
                var promised = ReadBins(root.GetProperty("fack"), count, delivery, line);
                if (promised is null)
                {
                    delivery.SpoilCell();
                }

                delivery.EndCell(promised);
            }
        }
    }

    // What antal promises; null (with a finding) where it or a bin does not parse.
    private static long? ReadBins(JsonElement bins, JsonElement count, DeliveryBuilder delivery, long line)
    {
        const string form = "fack ska vara [från, till, antal] med heltal, till null bara i ett öppet fack.";
        if (JsonShape.WholeNumber(count, int.MaxValue) is not { } promised)
        {
            delivery.Findings.Error("field", CountForm, null, line, CountColumn);
            return null;
        }

        if (bins.ValueKind != JsonValueKind.Array)
        {
            delivery.Findings.Error("field", "fack ska vara en lista.", null, line, BinsColumn);
            return null;
        }

        foreach (var bin in bins.EnumerateArray())
        {
            if (
                bin.ValueKind != JsonValueKind.Array
                || bin.GetArrayLength() != 3
                || JsonShape.WholeNumber(bin[0], Statistics.Bin.LongestWait) is not { } from
                || JsonShape.WholeNumber(bin[2], Fields.LargestBin) is not { } patients
            )
            {
                delivery.Findings.Error("field", form, null, line, BinsColumn);
                return null;
            }

            int? to = null;
            if (bin[1].ValueKind != JsonValueKind.Null)
            {
                to = JsonShape.WholeNumber(bin[1], Statistics.Bin.LongestWait);
                if (to is null)
                {
                    delivery.Findings.Error("field", form, null, line, BinsColumn);
                    return null;
                }
            }

            delivery.AddBin(from, to, patients, line);
        }

        return promised;
    }
}
