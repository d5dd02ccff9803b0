using Lagesbild.Deliveries;

namespace Lagesbild.Formats;

/// <summary>What a <see cref="Value"/> is.</summary>
public enum ValueKind : byte
{
    Empty,
    Text,
    Number,
    Truth,
    Date,
}

/// <summary>One typed value of a table that is written down; what a null becomes is empty, never 0.</summary>
public readonly struct Value
{
    private readonly double _number;

    private Value(ValueKind kind, double number, string? text, string? swedish)
    {
        Kind = kind;
        _number = number;
        Text = text;
        Swedish = swedish;
    }

    public ValueKind Kind { get; }

    /// <summary>The stable form, for machines; null but for a text.</summary>
    public string? Text { get; }

    /// <summary>The form for people; null but for a text.</summary>
    public string? Swedish { get; }

    /// <summary>Of a number; null for all else.</summary>
    public double? Number => Kind == ValueKind.Number ? _number : null;

    /// <summary>Of a truth; null for all else.</summary>
    public bool? Truth => Kind == ValueKind.Truth ? _number != 0 : null;

    /// <summary>Of a date; null for all else.</summary>
    public DateOnly? Date => Kind == ValueKind.Date ? DateOnly.FromDayNumber((int)_number) : null;

    public static implicit operator Value(string? text) => text is null ? default : new(ValueKind.Text, 0, text, text);

    public static implicit operator Value(Bilingual? word) =>
        word is null ? default : new(ValueKind.Text, 0, word.English, word.Swedish);

    public static implicit operator Value(long? number) => (double?)number;

    public static implicit operator Value(int? number) => (double?)number;

    public static implicit operator Value(double? number) =>
        number is { } value ? new(ValueKind.Number, value, null, null) : default;

    public static implicit operator Value(bool? truth) =>
        truth is { } value ? new(ValueKind.Truth, value ? 1 : 0, null, null) : default;

    public static implicit operator Value(DateOnly? date) =>
        date is { } value ? new(ValueKind.Date, value.DayNumber, null, null) : default;
}
