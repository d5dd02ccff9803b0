using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lagesbild.Security;

namespace Lagesbild.Tests.Security;

/// <summary>Certificates that no CA would issue, issued by the development PKI's CAs.</summary>
internal static class IssuedCertificate
{
    public const string CommonName = "2.5.4.3";
    public const string SerialNumber = "2.5.4.5";

    /// <summary>A person's usual certificate, with other extensions in the place of some, or without some (by OID).</summary>
    public static X509Certificate2 By(
        DevelopmentPki pki,
        string issuer,
        X500DistinguishedName subject,
        X509Extension[]? instead = null,
        string[]? without = null,
        DateTimeOffset? notAfter = null,
        RSA? rsa = null,
        HashAlgorithmName? hash = null
    )
    {
        using var authority = X509Certificate2.CreateFromPemFile(pki.CertificateFile(issuer), pki.KeyFile(issuer));
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var algorithm = hash ?? HashAlgorithmName.SHA256;
        var request = rsa is null
            ? new CertificateRequest(subject, ecdsa, algorithm)
            : new CertificateRequest(subject, rsa, algorithm, RSASignaturePadding.Pkcs1);
        X509Extension[] usual =
        [
            new X509BasicConstraintsExtension(false, false, 0, true),
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true),
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false),
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false),
        ];
        foreach (
            var extension in usual
                .ExceptBy((instead ?? []).Select(e => e.Oid!.Value), e => e.Oid!.Value)
                .Concat(instead ?? [])
        )
            if (without?.Contains(extension.Oid!.Value) != true)
                request.CertificateExtensions.Add(extension);
        var now = DateTimeOffset.UtcNow;
        using var signingKey = authority.GetECDsaPrivateKey()!;
        using var certificate = request.Create(
            authority.SubjectName,
            new Signing(signingKey, algorithm),
            now.AddMinutes(-5),
            notAfter ?? now.AddDays(1),
            [1, .. RandomNumberGenerator.GetBytes(8)]
        );
        return rsa is null ? certificate.CopyWithPrivateKey(ecdsa) : certificate.CopyWithPrivateKey(rsa);
    }

    /// <summary>One RDN for each list of attributes.</summary>
    public static X500DistinguishedName Name(params (string Oid, string Value)[][] rdns)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            foreach (var rdn in rdns)
                using (writer.PushSetOf())
                    foreach (var (oid, value) in rdn)
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(oid);
                            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                        }
        return new X500DistinguishedName(writer.Encode());
    }

    public static X500DistinguishedName Person(string serialNumber) =>
        Name([(CommonName, "Pia Prov")], [(SerialNumber, serialNumber)]);

    public static X509Extension Policies(params string[] oids)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            foreach (var oid in oids)
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(oid);
        return new X509Extension("2.5.29.32", writer.Encode(), false);
    }

    /// <summary>The platform's own generator knows no SHA-1 with ECDSA.</summary>
    private sealed class Signing(ECDsa key, HashAlgorithmName hash) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _usual = CreateForECDsa(key);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            if (hash != HashAlgorithmName.SHA1)
                return _usual.GetSignatureAlgorithmIdentifier(hash);
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
                writer.WriteObjectIdentifier("1.2.840.10045.4.1");
            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, hash, DSASignatureFormat.Rfc3279DerSequence);

        protected override PublicKey BuildPublicKey() => _usual.PublicKey;
    }

    /// <summary>Where its issuer and its revocation list are said to be found.</summary>
    public static X509Extension[] PointingAt(string url) =>
        [
            new X509AuthorityInformationAccessExtension([url + "ocsp"], [url + "ca.cer"]),
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([url + "ca.crl"]),
        ];
}
