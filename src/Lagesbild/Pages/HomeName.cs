using Lagesbild.Picture;

namespace Lagesbild.Pages;

/// <summary>The patient's home as a page's address names it: a unit's HSA-id or a region's two digits.</summary>
public static class HomeName
{
    /// <summary>Null, with a note, where there is none such.</summary>
    public static Place? Find(string value, Picture.Picture picture, Notes notes)
    {
        if (picture.Catalogue.FindRegion(value) is { } region)
        {
            return Place.Of(region);
        }

        if (picture.FindUnit(value) is { } unit)
        {
            return Place.Of(unit);
        }

        notes.Add(
            "Hemma finns inte. Jämförelsen är med landet. Hemma anges med enhetens HSA-id eller länets två siffror, till exempel 20 för Dalarna."
        );
        return null;
    }
}
