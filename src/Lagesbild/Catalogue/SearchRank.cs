namespace Lagesbild.Catalogue;

/// <summary>How good an answer is: lower is better, and procedures of one rank stand in order of volume.</summary>
internal static class SearchRank
{
    private const int WholePlainName = 0;
    private const int WholeSynonym = 1;
    private const int WholeTitle = 5;
    private const int WholeSpecialty = 8;
    private const int WordsOfName = 10;
    private const int WordsOfTitle = 15;
    private const int WordsOfSeveral = 25;
    private const int Fragments = 30;
    private const int PartsOfSeveral = 35;
    private const int FullCodeTitle = 40;
    private const int Specialty = 45;
    private const int OneError = 60;
    private const int TwoErrors = 70;
    private const int ErrorsInSeveral = 75;
    private const int SomeWords = 100;

    // What is added.
    private const int OtherForm = 1;
    private const int OtherWord = 2;
    private const int OtherThanName = 3;
    private const int NotWhole = 1;

    public const int Beginnings = 20;
    public const int None = int.MaxValue;

    /// <summary>Of a procedure with a name that holds every word of the query.</summary>
    /// <param name="worst">How the word that agrees worst agrees.</param>
    /// <param name="isWhole">The name has no other words.</param>
    /// <param name="isAlone">The query has no other word: then what somebody may say of it counts less than a name of it.</param>
    public static int Of(NameField field, Likeness worst, bool isWhole, bool isAlone)
    {
        var otherThanName = field is NameField.Title || (field is NameField.Phrase && isAlone) ? OtherThanName : 0;
        return (worst, field) switch
        {
            (Likeness.None, _) => None,
            (<= Likeness.Same, NameField.Specialty) when isWhole => WholeSpecialty,
            (<= Likeness.Beginning, NameField.Specialty) => Specialty,
            (<= Likeness.Beginning, NameField.FullCode) => FullCodeTitle,
            (Likeness.Fragment, NameField.FullCode) => FullCodeTitle + OtherThanName,
            (_, NameField.Specialty or NameField.FullCode) => None,
            (<= Likeness.Synonym, NameField.Phrase) when !isWhole => WordsOfName
                + otherThanName
                + Added(worst, field, isWhole, isAlone),
            (<= Likeness.Synonym, _) => Words(field, isWhole) + Added(worst, field, isWhole, isAlone),
            (Likeness.Part or Likeness.Beginning, _) => Beginnings + otherThanName,
            (Likeness.Fragment, _) => Fragments + otherThanName,
            (Likeness.OneError, _) => OneError + (isWhole ? 0 : NotWhole),
            (_, _) => TwoErrors + (isWhole ? 0 : NotWhole),
        };
    }

    private static int Words(NameField field, bool isWhole) =>
        field switch
        {
            NameField.PlainName => isWhole ? WholePlainName : WordsOfName,
            NameField.Synonym or NameField.Phrase => isWhole ? WholeSynonym : WordsOfName,
            _ => isWhole ? WholeTitle : WordsOfTitle,
        };

    // Of several words the form may tell one from another (rinnande öga, rinnande ögon); of one, number does not.
    private static int Added(Likeness worst, NameField field, bool isWhole, bool isAlone) =>
        worst switch
        {
            Likeness.Same when isWhole && !isAlone && field is NameField.Synonym or NameField.Phrase => OtherForm,
            Likeness.Synonym => OtherWord,
            _ => 0,
        };

    /// <summary>The query is the whole of a name.</summary>
    public static bool IsWhole(int rank) => rank < WholeSpecialty;

    /// <summary>Of a procedure whose names together hold every word of the query.</summary>
    public static int OfSeveral(Likeness worst) =>
        worst switch
        {
            Likeness.None => None,
            <= Likeness.Synonym => WordsOfSeveral,
            <= Likeness.Fragment => PartsOfSeveral,
            _ => ErrorsInSeveral,
        };

    /// <summary>Of one that holds only the telling words: after all others, the more of them the better.</summary>
    /// <param name="share">Of the query's weight, 0–1.</param>
    public static int OfSome(double share) => SomeWords + (int)Math.Round(100 * (1 - share));

    /// <summary>A name, not what somebody may say of it, holds the query's words.</summary>
    public static bool IsOfName(WordMatch match) =>
        match.Rank < Beginnings && match.Name.Field is NameField.PlainName or NameField.Synonym or NameField.Title;

    /// <param name="isShared">More than one procedure has the words in its names.</param>
    public static MatchKind KindOf(WordMatch match, bool isShared) =>
        match.Rank switch
        {
            < WholeSpecialty
                when !match.IsWholeQuery || !match.Name.IsNaming || (isShared && match.Rank != WholePlainName) =>
                MatchKind.Words,
            WholePlainName or WholeSynonym or WholeSynonym + OtherForm or WholeTitle => MatchKind.Name,
            < Beginnings => MatchKind.Words,
            WordsOfSeveral => MatchKind.Words,
            >= SomeWords => MatchKind.SomeWords,
            >= OneError => MatchKind.Spelling,
            _ => MatchKind.Part,
        };
}
