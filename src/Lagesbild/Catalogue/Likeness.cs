namespace Lagesbild.Catalogue;

/// <summary>How a word of the query and a word of a name agree, best first.</summary>
internal enum Likeness : byte
{
    /// <summary>The same word in the same form, with or without its dots.</summary>
    Literal,

    /// <summary>The same word in another form.</summary>
    Same,

    /// <summary>Another word for the same thing.</summary>
    Synonym,

    /// <summary>A part of it, a compound.</summary>
    Part,

    /// <summary>What was written is the beginning of it.</summary>
    Beginning,

    /// <summary>It begins or ends alike, though not as a compound of known words.</summary>
    Fragment,
    OneError,
    TwoErrors,
    None,
}
