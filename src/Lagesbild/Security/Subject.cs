using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Security;

/// <summary>
/// What the service wants out of a certificate's subject, read from its encoding. Never from the printed name, where a comma
/// in one field can pass for the start of another.
/// </summary>
internal readonly record struct Subject(string? SerialNumber, string? CommonName)
{
    private const string SerialNumberOid = "2.5.4.5";
    private const string CommonNameOid = "2.5.4.3";

    /// <summary>Null where the subject is malformed, or holds other than exactly one serialNumber.</summary>
    public static Subject? Read(X500DistinguishedName name)
    {
        string? serialNumber = null,
            commonName = null;
        try
        {
            var sequence = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
            while (sequence.HasData)
            {
                var set = sequence.ReadSetOf();
                while (set.HasData)
                {
                    var attribute = set.ReadSequence();
                    switch (attribute.ReadObjectIdentifier())
                    {
                        case SerialNumberOid when serialNumber is not null:
                            return null;
                        case SerialNumberOid:
                            serialNumber = Text(attribute);
                            break;
                        case CommonNameOid:
                            commonName ??= Text(attribute);
                            break;
                        default:
                            attribute.ReadEncodedValue();
                            break;
                    }
                    attribute.ThrowIfNotEmpty();
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            // ArgumentException: a value that is no character string at all.
            return null;
        }
        return serialNumber is null ? null : new(serialNumber, commonName);
    }

    private static string Text(AsnReader attribute) =>
        attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue);
}
