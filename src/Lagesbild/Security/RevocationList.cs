using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Security;

/// <summary>
/// A certificate revocation list (RFC 5280 §5). Read here because the platform's chains can neither be given one nor be kept
/// from fetching one for themselves.
/// </summary>
internal sealed class RevocationList
{
    private const string ListNumber = "2.5.29.20";
    private const string DeltaIndicator = "2.5.29.27";
    private const string IssuingDistributionPoint = "2.5.29.28";
    private const string DistributionPoints = "2.5.29.31";

    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag ZeroWithContent = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly ReadOnlyMemory<byte> _signed;
    private readonly string _algorithm;
    private readonly byte[] _signature;
    private readonly HashSet<ReadOnlyMemory<byte>> _serialNumbers = new(new ContentComparer());

    // What certificates it is about: all of its issuer's, unless it says otherwise.
    private readonly List<ReadOnlyMemory<byte>> _places = [];
    private bool _onlyHolders;
    private bool _onlyAuthorities;

    private RevocationList(byte[] encoded)
    {
        Encoded = encoded;
        var list = new AsnReader(encoded, AsnEncodingRules.DER);
        var content = list.ReadSequence();
        list.ThrowIfNotEmpty();
        _signed = content.PeekEncodedValue();
        var signed = content.ReadSequence();
        var algorithm = content.PeekEncodedValue();
        _algorithm = content.ReadSequence().ReadObjectIdentifier();
        _signature = content.ReadBitString(out var unused);
        if (unused != 0)
            throw new AsnContentException("A signature that does not end with a whole byte.");
        content.ThrowIfNotEmpty();

        if (signed.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) && signed.ReadInteger() != 1)
            throw new AsnContentException("A revocation list of an unknown version.");
        if (!signed.ReadEncodedValue().Span.SequenceEqual(algorithm.Span))
            throw new AsnContentException("The signature's algorithm is given in two ways.");
        Issuer = signed.ReadEncodedValue();
        ThisUpdate = Time(signed);
        if (!signed.HasData || !IsTime(signed.PeekTag()))
            throw new AsnContentException("A revocation list that does not say when the next one comes.");
        NextUpdate = Time(signed);
        if (signed.HasData && signed.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
            ReadEntries(signed.ReadSequence());
        if (signed.HasData)
            ReadExtensions(signed.ReadSequence(ZeroWithContent).ReadSequence());
        signed.ThrowIfNotEmpty();
    }

    /// <summary>As it came, in DER.</summary>
    public byte[] Encoded { get; }

    /// <summary>The issuer's name, as it is encoded.</summary>
    public ReadOnlyMemory<byte> Issuer { get; }

    public DateTimeOffset ThisUpdate { get; }

    /// <summary>From then on it says nothing.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>Grows from list to list; null where an issuer does not number its lists.</summary>
    public BigInteger? Number { get; private set; }

    public int Count => _serialNumbers.Count;

    /// <summary>DER, or PEM.</summary>
    /// <exception cref="AsnContentException">It is not a revocation list, or not one that can be relied on.</exception>
    public static RevocationList Read(byte[] content)
    {
        if (!content.AsSpan().StartsWith("-----BEGIN"u8))
            return new RevocationList(content);
        var text = System.Text.Encoding.ASCII.GetString(content);
        if (!PemEncoding.TryFind(text, out var fields) || !text.AsSpan()[fields.Label].SequenceEqual("X509 CRL"))
            throw new AsnContentException("PEM of something else than a revocation list.");
        return new RevocationList(Convert.FromBase64String(text[fields.Base64Data]));
    }

    /// <summary>By that key, and that key may sign lists.</summary>
    public bool IsSignedBy(X509Certificate2 authority) =>
        authority
            .Extensions.OfType<X509KeyUsageExtension>()
            .All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign))
        && Signatures.Verify(authority, _algorithm, _signed.Span, _signature);

    public bool Contains(X509Certificate2 certificate) => _serialNumbers.Contains(SerialNumberOf(certificate));

    /// <summary>Whether the list would name the certificate if it were revoked.</summary>
    public bool Covers(X509Certificate2 certificate)
    {
        var isAuthority = certificate
            .Extensions.OfType<X509BasicConstraintsExtension>()
            .Any(constraints => constraints.CertificateAuthority);
        if (isAuthority ? _onlyHolders : _onlyAuthorities)
            return false;
        return _places.Count == 0
            || certificate.Extensions[DistributionPoints] is { } extension
                && PlacesOf(extension).Any(place => _places.Any(ours => ours.Span.SequenceEqual(place.Span)));
    }

    /// <summary>As encoded: the platform's own reading differs from system to system in signs and leading zeros.</summary>
    private static ReadOnlyMemory<byte> SerialNumberOf(X509Certificate2 certificate)
    {
        var content = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (content.PeekTag().HasSameClassAndValue(Zero))
            content.ReadEncodedValue();
        return content.ReadIntegerBytes();
    }

    private void ReadEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            _serialNumbers.Add(entry.ReadIntegerBytes());
            Time(entry);
            if (entry.HasData)
                foreach (var (oid, isCritical, _) in Extensions(entry.ReadSequence()))
                    // Such as whose certificate it is, in a list that speaks for several issuers.
                    if (isCritical)
                        throw new AsnContentException($"An entry with the unknown critical extension {oid}.");
            entry.ThrowIfNotEmpty();
        }
    }

    private void ReadExtensions(AsnReader extensions)
    {
        foreach (var (oid, isCritical, value) in Extensions(extensions))
            switch (oid)
            {
                case ListNumber:
                    Number = new AsnReader(value, AsnEncodingRules.DER).ReadInteger();
                    break;
                case IssuingDistributionPoint:
                    ReadScope(new AsnReader(value, AsnEncodingRules.DER).ReadSequence());
                    break;
                case DeltaIndicator:
                    throw new AsnContentException("A list of changes only; a whole list is wanted.");
                default:
                    if (isCritical)
                        throw new AsnContentException($"The unknown critical extension {oid}.");
                    break;
            }
    }

    private void ReadScope(AsnReader scope)
    {
        while (scope.HasData)
            switch (scope.PeekTag())
            {
                case { TagValue: 0 }:
                    _places.AddRange(FullNames(scope.ReadSequence(ZeroWithContent)));
                    if (_places.Count == 0)
                        throw new AsnContentException("A list for a place without a full name.");
                    break;
                case { TagValue: 1 } tag:
                    _onlyHolders = scope.ReadBoolean(tag);
                    break;
                case { TagValue: 2 } tag:
                    _onlyAuthorities = scope.ReadBoolean(tag);
                    break;
                default:
                    throw new AsnContentException("A list of some reasons only, or for several issuers.");
            }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> PlacesOf(X509Extension extension)
    {
        var points = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (points.HasData)
        {
            var point = points.ReadSequence();
            if (point.HasData && point.PeekTag().HasSameClassAndValue(Zero))
                foreach (var name in FullNames(point.ReadSequence(ZeroWithContent)))
                    yield return name;
        }
    }

    /// <summary>Of a DistributionPointName.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> FullNames(AsnReader place)
    {
        if (!place.HasData || !place.PeekTag().HasSameClassAndValue(Zero))
            yield break;
        var names = place.ReadSequence(ZeroWithContent);
        while (names.HasData)
            yield return names.ReadEncodedValue();
    }

    private static IEnumerable<(string Oid, bool IsCritical, ReadOnlyMemory<byte> Value)> Extensions(AsnReader reader)
    {
        while (reader.HasData)
        {
            var extension = reader.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            yield return (oid, isCritical, extension.ReadOctetString());
            extension.ThrowIfNotEmpty();
        }
    }

    private static bool IsTime(Asn1Tag tag) =>
        tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    /// <summary>Serial numbers stay where they are, in the list's own bytes: there may be hundreds of thousands.</summary>
    private sealed class ContentComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> value)
        {
            var hash = new HashCode();
            hash.AddBytes(value.Span);
            return hash.ToHashCode();
        }
    }
}
