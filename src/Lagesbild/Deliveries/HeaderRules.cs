namespace Lagesbild.Deliveries;

/// <summary>Judges what a delivery's content says of itself against its name, the clock and what is published.</summary>
internal static class HeaderRules
{
    public static readonly DateOnly EarliestReferenceDate = new(2000, 1, 1);

    /// <summary>False (with its finding) for a date before any register: its periods need not even be in the calendar.</summary>
    public static bool IsPossible(DateOnly referenceDate, Findings findings, string? entry = null, long? line = null)
    {
        if (referenceDate >= EarliestReferenceDate)
        {
            return true;
        }

        findings.Error(
            "reference-date",
            $"Referensdatumet ligger före {EarliestReferenceDate:yyyy-MM-dd}. Det ska vara den sista dag som leveransen omfattar.",
            entry,
            line
        );
        return false;
    }

    public static void Judge(
        DeliveryVersion version,
        DateOnly namedDate,
        bool isSynthetic,
        ReadContext context,
        Findings findings,
        string? entry,
        long? line
    )
    {
        if (version.ReferenceDate != namedDate)
        {
            findings.Error(
                "file-name",
                "Referensdatumet i filen är ett annat än i filens namn. Rätta namnet eller innehållet.",
                entry,
                line
            );
        }

        if (version.ReferenceDate > context.Today)
        {
            findings.Error(
                "reference-date",
                "Referensdatumet ligger i framtiden. Det ska vara den sista dag som leveransen omfattar.",
                entry,
                line
            );
        }
        else if (context.Published is { } published && version <= published)
        {
            findings.Error(
                "reference-date",
                $"En leverans med samma eller senare referensdatum är redan publicerad ({published.ReferenceDate:yyyy-MM-dd}, "
                    + $"nummer {published.Correction}). En rättelse av samma datum ska ha ett högre nummer i namnet.",
                entry,
                line
            );
        }

        if (isSynthetic && !context.AllowSynthetic)
        {
            findings.Error(
                "synthetic",
                "Leveransen är märkt som syntetisk. Påhittade uppgifter tas bara emot i demonstration och test.",
                entry,
                line
            );
        }
    }
}
