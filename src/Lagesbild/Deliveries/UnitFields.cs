namespace Lagesbild.Deliveries;

/// <summary>Judges a declared unit's fields, the same in every format.</summary>
internal static class UnitFields
{
    /// <param name="firstColumn">Where the HSA-id stands; the others follow it in this order.</param>
    public static void Declare(
        string hsaId,
        string name,
        string region,
        string municipality,
        string operatorCode,
        DeliveryBuilder delivery,
        long line,
        int firstColumn
    )
    {
        var catalogue = delivery.Context.Catalogue;
        var runs = Fields.ParseOperator(operatorCode);
        var at = catalogue.FindMunicipality(municipality);
        (int Column, string Message)? wrong =
            !Fields.IsHsaId(hsaId) ? (1, HsaIdMessage)
            : !Fields.IsName(name) ? (2, "namn ska vara 1–200 tecken utan blanktecken först eller sist.")
            : catalogue.FindRegion(region) is null ? (3, "regionkod ska vara en svensk länskod med två siffror.")
            : at is null ? (4, "kommunkod ska vara en svensk kommunkod med fyra siffror.")
            : runs is null ? (5, "driftsform ska vara offentlig, privat eller ideburen.")
            : null;
        if (wrong is { } field)
        {
            delivery.Findings.Error("field", field.Message, delivery.Entry, line, firstColumn + field.Column - 1);
            if (field.Column == 1)
            {
                delivery.LoseUnit();
                return;
            }

            // Refused it is, but its cells are not of a unit unknown.
            delivery.DeclareUnit(
                new DeliveredUnit(hsaId, "", region, municipality, Operator.Public),
                line,
                firstColumn
            );
            return;
        }

        if (at!.RegionCode != region)
        {
            delivery.Findings.Error(
                "region-mismatch",
                "Kommunen ligger inte i den regionen. Rätta regionkod eller kommunkod.",
                delivery.Entry,
                line,
                firstColumn + 3
            );
        }

        delivery.DeclareUnit(new DeliveredUnit(hsaId, name, region, municipality, runs!.Value), line, firstColumn);
    }

    /// <summary>A cell's HSA-id is none, or none that was declared.</summary>
    public static void ComplainOfUnknown(
        string hsaId,
        string declaredIn,
        DeliveryBuilder delivery,
        long line,
        int column
    )
    {
        if (!Fields.IsHsaId(hsaId))
        {
            delivery.Findings.Error("field", HsaIdMessage, delivery.Entry, line, column);
        }
        else if (!delivery.HasLostUnit)
        {
            delivery.Findings.Error(
                "unit-unknown",
                $"Enheten finns inte i {declaredIn}. Lägg till den där, eller rätta hsaid.",
                delivery.Entry,
                line,
                column
            );
        }
    }

    private const string HsaIdMessage =
        "hsaid ska vara SE, tio siffror, bindestreck och 1–18 bokstäver eller siffror (högst 31 tecken).";
}
