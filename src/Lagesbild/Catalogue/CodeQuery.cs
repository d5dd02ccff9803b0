namespace Lagesbild.Catalogue;

/// <summary>A query that is, or begins with, something in the form of a code.</summary>
/// <param name="Letters">One to three, upper case.</param>
/// <param name="Digits">None, or what has been typed of two.</param>
/// <param name="IsCertain">Digits or capitals say that a code is meant; "kat" may be the beginning of a word.</param>
internal readonly record struct CodeQuery(string Letters, string Digits, bool IsCertain)
{
    public static CodeQuery? Parse(string query)
    {
        var text = query.AsSpan().Trim();
        var letters = 0;
        while (letters < text.Length && char.IsAsciiLetter(text[letters]))
        {
            letters++;
        }

        if (letters is 0 or > 3)
        {
            return null;
        }

        var at = letters;
        if (at + 1 < text.Length && letters == 3 && text[at] is ' ' or '-' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
        }

        var digits = at;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        var isEnd = digits == text.Length;
        if ((!isEnd && char.IsLetterOrDigit(text[digits])) || digits - at > 2 || (digits > at && letters < 3))
        {
            return null;
        }

        var written = text[..letters].ToString();
        var code = written.ToUpperInvariant();
        if (digits > at)
        {
            return new CodeQuery(code, text[at..digits].ToString(), IsCertain: true);
        }

        // "NGB knäprotes" is a code with its title; "kat op" and "tå" are words.
        return isEnd || (letters == 3 && written == code) ? new CodeQuery(code, "", written == code) : null;
    }
}
