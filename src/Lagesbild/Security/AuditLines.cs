using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Lagesbild.Security;

/// <summary>
/// Entries of the audit log as JSON, one a line. A busy service's entries are mostly about the same callers and the same
/// questions: those parts of a line are encoded once, by the JSON library, and copied from then on; only what is new in each
/// is put between them. For one writer at a time.
/// </summary>
internal sealed class AuditLines
{
    /// <summary>Of each kind; then it starts over.</summary>
    private const int Remembered = 500;

    /// <summary>Longer targets are nobody's usual question.</summary>
    private const int LongestRemembered = 300;

    // What JSON leaves as it is: our own reasons are made of it.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "0123456789:-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    private readonly Dictionary<Caller, byte[]> _callers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Method, string Target, bool IsKnown), byte[]> _questions = [];
    private readonly ArrayBufferWriter<byte> _lines = new();

    public int Length => _lines.WrittenCount;

    public ReadOnlySpan<byte> Written => _lines.WrittenSpan;

    public void Clear() => _lines.ResetWrittenCount();

    public void Add(in AuditEntry entry)
    {
        _lines.Write("{\"time\":\""u8);
        Time(entry.Time.UtcDateTime);
        _lines.Write("\",\"traceId\":\""u8);
        Ids(entry.Trace);
        _lines.Write("\""u8);
        _lines.Write(CallerOf(entry));
        _lines.Write(QuestionOf(entry));
        _lines.Write(",\"status\":"u8);
        Number(entry.Status);
        _lines.Write(",\"rows\":"u8);
        if (entry.Rows is { } rows)
            Number(rows);
        else
            _lines.Write("null"u8);
        _lines.Write(",\"reason\":"u8);
        Text(entry.Reason);
        if (entry.More > 0)
        {
            _lines.Write(",\"more\":"u8);
            Number(entry.More);
        }
        _lines.Write("}\n"u8);
    }

    private byte[] CallerOf(in AuditEntry entry)
    {
        // Of others, something is of the request and not of the caller.
        if (entry.Caller is not { Thumbprint: not null } caller)
            return Encode(entry, static (entry, json) => entry.WriteCallerTo(json));
        if (!_callers.TryGetValue(caller, out var encoded))
        {
            encoded = Encode(entry, static (entry, json) => entry.WriteCallerTo(json));
            Remember(_callers, caller, encoded);
        }
        return encoded;
    }

    private byte[] QuestionOf(in AuditEntry entry)
    {
        var key = (entry.Method, entry.Target, entry.Caller is not null);
        if (!_questions.TryGetValue(key, out var encoded))
        {
            encoded = Encode(entry, static (entry, json) => entry.WriteQuestionTo(json));
            if (entry.Target.Length <= LongestRemembered)
                Remember(_questions, key, encoded);
        }
        return encoded;
    }

    private static void Remember<TKey>(Dictionary<TKey, byte[]> all, TKey key, byte[] encoded)
        where TKey : notnull
    {
        if (all.Count >= Remembered)
            all.Clear();
        all.Add(key, encoded);
    }

    /// <summary>Members of an object, each after a comma.</summary>
    private static byte[] Encode(in AuditEntry entry, Action<AuditEntry, Utf8JsonWriter> write)
    {
        var members = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(members);
        json.WriteStartObject();
        write(entry, json);
        json.WriteEndObject();
        json.Flush();
        return [(byte)',', .. members.WrittenSpan[1..^1]];
    }

    /// <summary>As the JSON library writes it: no more decimals than are needed.</summary>
    private void Time(DateTime utc)
    {
        const int longest = 28; // 2026-11-21T06:30:00.1234567Z
        var span = _lines.GetSpan(longest);
        Utf8Formatter.TryFormat(utc, span, out _, 'O');
        var end = longest - 1;
        while (span[end - 1] == '0')
            end--;
        // There is always a point before the decimals: no other zero is reached.
        if (span[end - 1] == '.')
            end--;
        span[end] = (byte)'Z';
        _lines.Advance(end + 1);
    }

    private void Ids(RequestTrace trace)
    {
        Utf8.TryWrite(
            _lines.GetSpan(64),
            CultureInfo.InvariantCulture,
            $"{trace.Trace:x32}\",\"id\":\"{trace.Span:x16}",
            out var length
        );
        _lines.Advance(length);
    }

    private void Number(int number)
    {
        Utf8Formatter.TryFormat(number, _lines.GetSpan(11), out var length);
        _lines.Advance(length);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            _lines.Write("null"u8);
            return;
        }
        if (text.AsSpan().ContainsAnyExcept(Plain))
        {
            using var json = new Utf8JsonWriter(_lines);
            json.WriteStringValue(text);
            return;
        }
        _lines.Write("\""u8);
        _lines.Advance(Encoding.ASCII.GetBytes(text, _lines.GetSpan(text.Length)));
        _lines.Write("\""u8);
    }
}
