namespace Lagesbild.Deliveries;

/// <summary>Rules over the whole of a delivery, judged when all of it has been read.</summary>
internal static class DeliveryRules
{
    public static void Judge(DeliveryBuilder delivery)
    {
        if (!delivery.Findings.HasErrors && (delivery.UnitCount == 0 || !delivery.HasVisibleCell))
        {
            delivery.Findings.Error("empty", "Leveransen innehåller inga enheter eller inga synliga celler.");
        }

        if (delivery.WideBins > 0)
        {
            delivery.Findings.Warning(
                "bin-width",
                $"{delivery.WideBins} fack är bredare än 7 dagar under 728, delar 90|91, eller är öppna under 728. "
                    + "Andelen inom 90 dagar och medianens gränser blir osäkrare."
            );
        }
    }
}
