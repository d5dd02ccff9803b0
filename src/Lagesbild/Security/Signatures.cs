using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Security;

/// <summary>
/// Which signatures count: RSA (PKCS #1) and ECDSA over SHA-2, with keys of 2048 and 256 bits or more. The platform takes
/// SHA-1 and short keys as well, depending on how the machine's OpenSSL is configured.
/// </summary>
internal static class Signatures
{
    private static readonly FrozenDictionary<string, HashAlgorithmName> Accepted = new Dictionary<
        string,
        HashAlgorithmName
    >
    {
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
    }.ToFrozenDictionary();

    /// <summary>Both what the certificate was signed with and the key that it holds.</summary>
    public static bool AreStrong(X509Certificate2 certificate)
    {
        if (!Accepted.ContainsKey(certificate.SignatureAlgorithm.Value ?? ""))
            return false;
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        return rsa?.KeySize >= 2048 || ecdsa?.KeySize >= 256;
    }

    public static bool Verify(
        X509Certificate2 signer,
        string algorithm,
        ReadOnlySpan<byte> signed,
        ReadOnlySpan<byte> signature
    )
    {
        if (!Accepted.TryGetValue(algorithm, out var hash))
            return false;
        using var rsa = signer.GetRSAPublicKey();
        if (rsa is not null)
            return rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1);
        using var ecdsa = signer.GetECDsaPublicKey();
        return ecdsa?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }
}
