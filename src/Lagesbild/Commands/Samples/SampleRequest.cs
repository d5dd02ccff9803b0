namespace Lagesbild.Commands.Samples;

/// <summary>What is asked for: the same request, the same bytes.</summary>
/// <param name="Source">SPOR or NCR.</param>
/// <param name="Units">How many, in order of choice.</param>
/// <param name="Procedures">How many, the most performed first.</param>
internal sealed record SampleRequest(
    string Source,
    DateOnly ReferenceDate,
    int Units,
    int Procedures,
    int Seed,
    bool National
)
{
    // What is published (hip, knee, gallbladder, groin hernia) is kept; the rest is scaled up, because 550 000 operations
    // in all, as in the real country, leave so much masked that a national file has less than two million rows.
    private const double PublishedFrom = 14_000;

    public string FileName => $"{Source}_{ReferenceDate:yyyy-MM-dd}{(Source == "SPOR" ? ".zip" : ".jsonl.gz")}";

    /// <summary>Factor on a procedure's yearly volume.</summary>
    public double VolumeOf(SampleProcedure procedure) =>
        Source == "NCR" ? 1
        : !National ? 0.75
        : procedure.Volume >= PublishedFrom ? 1
        : 3.4;

    /// <summary>Two units of each register stop reporting, one lately and one long ago; null for those that go on.</summary>
    public DateOnly? SilentFrom(SampleUnit unit) =>
        (unit.Kind.Name, unit.Delivered.MunicipalityCode, Source) switch
        {
            // Mora and Nyköping; Växjö's eye clinic.
            ("Exempellasarettet", "2062", _) => ReferenceDate.AddDays(-150),
            ("Exempellasarettet", "0480", _) => ReferenceDate.AddDays(-400),
            ("Exempelkliniken Ögon", "0780", _) => ReferenceDate.AddDays(-150),
            _ => null,
        };

    /// <summary>
    /// The night after the reference date, when the register made its file. Swedish time is reckoned here, by the
    /// Union's rule, so as not to depend on the machine's time zone data.
    /// </summary>
    public DateTimeOffset CreatedAt
    {
        get
        {
            var day = ReferenceDate.AddDays(1);
            var isSummer = day >= LastSunday(3) && day < LastSunday(10);
            return new DateTimeOffset(
                day.ToDateTime(Source == "SPOR" ? new TimeOnly(4, 15) : new TimeOnly(3, 40)),
                TimeSpan.FromHours(isSummer ? 2 : 1)
            );

            DateOnly LastSunday(int month)
            {
                var last = new DateOnly(day.Year, month, 31);
                return last.AddDays(-(int)last.DayOfWeek);
            }
        }
    }
}
