using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Security;

/// <summary>Either who the caller is, or why the certificate was refused.</summary>
/// <param name="HoldsUntil">When a certificate of the chain or a revocation list ends.</param>
internal readonly record struct Verdict(Caller? Caller, Refusal? Refusal, DateTimeOffset HoldsUntil)
{
    public static implicit operator Verdict(Refusal refusal) => new(null, refusal, default);
}

/// <summary>The checks of a client certificate, in their order: the first that fails gives the reason.</summary>
internal static class CertificateChecks
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string CertificatePolicies = "2.5.29.32";

    /// <summary>
    /// Configured roots only. No download and no revocation lookup, ever: the addresses for both stand in the certificate,
    /// that is, in the caller's hand.
    /// </summary>
    public static X509ChainPolicy ChainPolicy(
        X509Certificate2Collection roots,
        X509Certificate2Collection intermediates
    )
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(intermediates);
        return policy;
    }

    public static Verdict Run(
        X509Certificate2 certificate,
        CertificateAuthenticationOptions options,
        RevocationLists lists,
        DateTimeOffset now
    )
    {
        try
        {
            return Check(certificate, options, lists, now);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            // It cannot even be read.
            return Refusal.Chain;
        }
    }

    private static Verdict Check(
        X509Certificate2 certificate,
        CertificateAuthenticationOptions options,
        RevocationLists lists,
        DateTimeOffset now
    )
    {
        var policy = ChainPolicy(options.CustomTrustStore, options.AdditionalChainCertificates);
        // A resumed TLS session has dropped the intermediates that the client sent; ours are always at hand.
        foreach (var known in options.Issuers)
            policy.ExtraStore.Add(known.Certificate);
        policy.VerificationTime = now.LocalDateTime;
        using var chain = new X509Chain { ChainPolicy = policy };
        chain.Build(certificate);
        if (!IsSound(chain))
            return Refusal.Chain;

        if (now >= certificate.NotAfter)
            return Refusal.Expired;
        if (now < certificate.NotBefore)
            return Refusal.NotYetValid;

        var signer = chain.ChainElements.Count > 1 ? chain.ChainElements[1].Certificate : null;
        var key = signer?.PublicKey.ExportSubjectPublicKeyInfo();
        var issuer = options.Issuers.FirstOrDefault(i => i.Key.AsSpan().SequenceEqual(key));
        var revocation = RevocationOf(chain, lists, out var holdsUntil);
        if (revocation == Revocation.Revoked)
            return Refusal.Revoked;
        // Nobody need keep the lists of CAs that are not accepted; their holders are to hear that it is the wrong certificate.
        if (issuer is null)
            return Refusal.Issuer;
        if (revocation == Revocation.Unknown)
            return Refusal.RevocationUnknown;

        if (!certificate.Extensions.OfType<X509KeyUsageExtension>().Any(SignsDigitally))
            return Refusal.KeyUsage;
        if (!certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(AuthenticatesClients))
            return Refusal.ExtendedKeyUsage;

        if (issuer.Policies.Count > 0 && !Policies(certificate).Intersect(issuer.Policies).Any())
            return Refusal.Policy;
        if (issuer.Kind == CallerKind.Person && !(issuer.LevelOfAssurance >= options.MinimumLevelOfAssurance))
            return Refusal.LevelOfAssurance;

        if (Subject.Read(certificate.SubjectName) is not { SerialNumber: { } hsaId } subject)
            return Refusal.Identity;
        if (!HsaId.IsValid(hsaId, options.HsaIdPattern))
            return Refusal.Identity;
        return new(
            new Caller(
                issuer.Kind,
                hsaId,
                HsaId.Organisation(hsaId)!,
                subject.CommonName ?? hsaId,
                issuer.Kind == CallerKind.Person ? issuer.LevelOfAssurance : null,
                certificate.GetCertHashString(HashAlgorithmName.SHA256),
                issuer.Name
            ),
            null,
            holdsUntil
        );
    }

    /// <summary>Of the certificate and of every CA below the root.</summary>
    private static Revocation RevocationOf(X509Chain chain, RevocationLists lists, out DateTimeOffset holdsUntil)
    {
        holdsUntil = chain.ChainElements.Min(e => e.Certificate.NotAfter);
        var worst = Revocation.Good;
        if (!lists.AreAsked)
            return worst;
        for (var i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            var found = lists.Of(
                chain.ChainElements[i].Certificate,
                chain.ChainElements[i + 1].Certificate,
                out var until
            );
            if (found == Revocation.Revoked)
                return found;
            if (found == Revocation.Unknown)
                worst = found;
            if (until < holdsUntil)
                holdsUntil = until;
        }
        return worst;
    }

    /// <summary>
    /// Leads to a trusted root without a flaw, by signatures that count; only the leaf's own dates are left for their own
    /// reasons. A root is trusted for being configured, whatever it has signed itself with.
    /// </summary>
    private static bool IsSound(X509Chain chain)
    {
        foreach (var status in chain.ChainStatus)
            if (status.Status is not (X509ChainStatusFlags.NoError or X509ChainStatusFlags.NotTimeValid))
                return false;
        foreach (var element in chain.ChainElements.Skip(1))
            if (element.ChainElementStatus.Any(s => s.Status != X509ChainStatusFlags.NoError))
                return false;
        return chain.ChainElements.Count > 0
            && chain.ChainElements.SkipLast(1).All(e => Signatures.AreStrong(e.Certificate));
    }

    private static bool SignsDigitally(X509KeyUsageExtension usage) =>
        usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature);

    private static bool AuthenticatesClients(X509EnhancedKeyUsageExtension usage) =>
        usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == ClientAuthentication);

    private static List<string> Policies(X509Certificate2 certificate)
    {
        var oids = new List<string>();
        if (certificate.Extensions[CertificatePolicies] is not { } extension)
            return oids;
        var policies = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (policies.HasData)
            oids.Add(policies.ReadSequence().ReadObjectIdentifier());
        return oids;
    }
}
