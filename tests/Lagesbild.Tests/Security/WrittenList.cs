using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

/// <summary>A revocation list as a CA, or somebody who would pass for one, writes it.</summary>
internal sealed record WrittenList(DevelopmentPki Pki, string Authority)
{
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    public DateTimeOffset ThisUpdate { get; init; } = DateTimeOffset.UtcNow.AddHours(-2);
    public DateTimeOffset? NextUpdate { get; init; } = DateTimeOffset.UtcNow.AddDays(2);
    public BigInteger? Number { get; init; } = 1;
    public X509Certificate2[] Revoked { get; init; } = [];

    /// <summary>Another CA's key, or the CA's own.</summary>
    public string? SignedBy { get; init; }
    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;
    public (string Oid, bool Critical, byte[] Value)[] More { get; init; } = [];
    public (string Oid, bool Critical, byte[] Value)[] OnEntries { get; init; } = [];

    public byte[] Encode()
    {
        var signer = SignedBy ?? Authority;
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Pki.CertificateFile(Authority));
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Pki.KeyFile(signer)));
        var signed = Content(authority.SubjectName.RawData);
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
        {
            list.WriteEncodedValue(signed);
            WriteAlgorithm(list);
            list.WriteBitString(key.SignData(signed, Hash, DSASignatureFormat.Rfc3279DerSequence));
        }
        return list.Encode();
    }

    private byte[] Content(byte[] issuer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            WriteAlgorithm(writer);
            writer.WriteEncodedValue(issuer);
            writer.WriteUtcTime(ThisUpdate);
            if (NextUpdate is { } next)
                writer.WriteUtcTime(next);
            if (Revoked.Length > 0)
                using (writer.PushSequence())
                    foreach (var certificate in Revoked)
                        using (writer.PushSequence())
                        {
                            writer.WriteInteger(certificate.SerialNumberBytes.Span);
                            writer.WriteUtcTime(ThisUpdate);
                            if (OnEntries.Length > 0)
                                Write(writer, OnEntries);
                        }
            (string, bool, byte[])[] extensions = Number is { } number
                ? [("2.5.29.20", false, Integer(number)), .. More]
                : More;
            if (extensions.Length > 0)
                using (writer.PushSequence(Extensions))
                    Write(writer, extensions);
        }
        return writer.Encode();
    }

    private void WriteAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(
                Hash == HashAlgorithmName.SHA1 ? "1.2.840.10045.4.1"
                : Hash == HashAlgorithmName.SHA384 ? "1.2.840.10045.4.3.3"
                : "1.2.840.10045.4.3.2"
            );
    }

    private static void Write(AsnWriter writer, (string Oid, bool Critical, byte[] Value)[] extensions)
    {
        using (writer.PushSequence())
            foreach (var (oid, critical, value) in extensions)
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    if (critical)
                        writer.WriteBoolean(true);
                    writer.WriteOctetString(value);
                }
    }

    private static byte[] Integer(BigInteger value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(value);
        return writer.Encode();
    }
}
