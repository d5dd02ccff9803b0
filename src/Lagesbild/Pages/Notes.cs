namespace Lagesbild.Pages;

/// <summary>What a page has to say about its address before anything else: what was left out and what is allowed.</summary>
public sealed class Notes
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Add(string note) => _all.Add(note);

    /// <summary>A parameter that the page does not have. Its name is repeated only where it can be nothing but a name.</summary>
    public T Unknown<T>(string name, T otherwise)
    {
        _all.Add(
            name.Length <= 30 && name.All(c => char.IsAsciiLetter(c) || c is '-' or '_')
                ? $"Uppgiften {name} finns inte på den här sidan och togs inte med."
                : "En okänd uppgift i adressen togs inte med."
        );
        return otherwise;
    }

    /// <summary>For a page that takes these parameters and no others.</summary>
    public static Notes Except(IQueryCollection query, params ReadOnlySpan<string> allowed)
    {
        var notes = new Notes();
        foreach (var name in query.Keys)
        {
            if (!allowed.Contains(name))
            {
                notes.Unknown(name, 0);
            }
        }

        return notes;
    }
}
