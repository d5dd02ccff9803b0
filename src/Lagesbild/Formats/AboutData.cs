using Lagesbild.Catalogue;

namespace Lagesbild.Formats;

/// <summary>A line of the sheet "Om data".</summary>
internal sealed record AboutLine(string Subject, string Text);

/// <summary>What a planner must know who has only the file: sources, dates, clocks, masking, and what each column means.</summary>
internal static class AboutData
{
    private static readonly IReadOnlyList<Column<AboutLine>> Columns =
    [
        new("subject", "Uppgift", ColumnStyle.Text, new("Vad raden handlar om.", "Subject."), line => line.Subject),
        new("text", "Förklaring", ColumnStyle.Text, new("Vad som gäller.", "Explanation."), line => line.Text)
        {
            Width = 100,
        },
    ];

    /// <param name="chosen">What the table was asked for that its columns do not say.</param>
    public static Sheet<AboutLine> Of<T>(
        Picture.Picture picture,
        string title,
        IReadOnlyList<Procedure> procedures,
        IReadOnlyList<AboutLine> chosen,
        IReadOnlyList<Column<T>> columns
    )
    {
        var lines = new List<AboutLine> { new("Innehåll", title) };
        lines.AddRange(procedures.Select(p => new AboutLine("Åtgärd", $"{p.Code} {p.Title}")));
        lines.AddRange(chosen);
        var published = TimeZoneInfo.ConvertTime(picture.PublishedAt, StockholmClock.TimeZone);
        lines.Add(
            new(
                "Lägesbild",
                $"{picture.Id}, publicerad {published.ToString("yyyy-MM-dd HH:mm", ProcedureCatalogue.Swedish)}"
            )
        );
        foreach (var origin in picture.Sources.Where(s => procedures.Any(p => p.Source == s.Source.Code)))
        {
            var code = origin.Source.Code;
            lines.Add(new($"Källa {code}", origin.Source.Name));
            lines.Add(
                new($"{code}, referensdatum", origin.ReferenceDate.ToString("yyyy-MM-dd", ProcedureCatalogue.Swedish))
            );
            lines.Add(new($"{code}, vad väntetiden mäter", origin.Source.Clock.Swedish));
            lines.Add(new($"{code}, täckning", origin.Source.Coverage.Swedish));
            lines.Add(new($"{code}, fil", $"{origin.FileName}, sha256 {origin.Sha256}"));
            if (origin.IsSynthetic)
            {
                lines.Add(
                    new($"{code}, påhittade data", "Siffrorna är påhittade och beskriver inget verkligt sjukhus.")
                );
            }
        }

        lines.AddRange([
            new(
                "Så ska siffrorna läsas",
                "De gäller genomförda operationer: ett tecken på förmågan att ta emot, inget löfte och ingen kö."
            ),
            new(
                "Medianen",
                "Hälften av dem som opererades väntade högst så länge. Den räknas ur fack (antal per intervall av dagar); lägst och högst säger vad facken döljer, intervallet vad slumpen döljer."
            ),
            new(
                "Inom 90 dagar",
                "Inte vårdgarantins uppfyllelse: registren mäter med andra klockor, och väntan som patienten själv valt ingår."
            ),
            new(
                "Undertryckt",
                "Där patienterna är för få visas ingen siffra. Tomt är aldrig noll. I regioners och rikets siffror ingår bara enheter som visas"
                    + (
                        columns.Any(column => column.Applies == Applies.AboveUnits)
                            ? "; kolumnerna Enheter och Undertryckta enheter säger hur många."
                            : "."
                    )
            ),
            new("Inget rapporterat", "Enheten har inte lämnat några uppgifter alls i perioden. Tystnad är inte noll."),
            new(
                "Enheter som inte syns",
                "Rapporteringen är frivillig. Enheter som inte rapporterar till registret syns inte."
            ),
        ]);
        lines.AddRange(columns.Select(c => new AboutLine($"Kolumnen {c.Heading}", $"{c.Meaning.Swedish} ({c.Name})")));
        return new Sheet<AboutLine>("Om data", Columns, lines);
    }
}
