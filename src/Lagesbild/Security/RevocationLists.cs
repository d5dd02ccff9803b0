using System.Diagnostics.Metrics;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lagesbild.Security;

internal enum Revocation
{
    /// <summary>A list that holds now says that it is not revoked.</summary>
    Good,
    Revoked,

    /// <summary>No list, or none that holds now.</summary>
    Unknown,
}

/// <summary>
/// The newest revocation list of each known CA, in memory and in a folder. Requests only look here: whatever comes in comes
/// from <see cref="RevocationFeed"/>, never because of what a caller sent.
/// </summary>
internal sealed partial class RevocationLists(
    TrustedAuthorities authorities,
    SecurityOptions options,
    IHostEnvironment environment,
    VerdictCache verdicts,
    TimeProvider clock,
    ILogger<RevocationLists> logger
)
{
    private readonly Dictionary<string, Authority> _authorities = authorities
        .All.Select(a => new Authority(a.Certificate, a.IsRequired))
        .DistinctBy(a => a.Key)
        .ToDictionary(a => a.Key);

    /// <summary>A CA and what it says of those that it has issued certificates to.</summary>
    /// <param name="isRequired">Without its list somebody who should be let in is not.</param>
    private sealed class Authority(X509Certificate2 certificate, bool isRequired)
    {
        public X509Certificate2 Certificate => certificate;
        public bool IsRequired => isRequired;
        public string Key { get; } = KeyOf(certificate);
        public string Name { get; } = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        public volatile RevocationList? List;
    }

    public bool AreAsked => options.Revocation == RevocationMode.Lists;

    /// <param name="until">How long the answer holds.</param>
    public Revocation Of(X509Certificate2 certificate, X509Certificate2 issuer, out DateTimeOffset until)
    {
        var list = _authorities.GetValueOrDefault(KeyOf(issuer))?.List;
        until = list?.NextUpdate ?? default;
        if (list is null)
            return Revocation.Unknown;
        // What has been revoked stays so, however old the list.
        if (list.Contains(certificate))
            return Revocation.Revoked;
        return clock.GetUtcNow() < list.NextUpdate && list.Covers(certificate) ? Revocation.Good : Revocation.Unknown;
    }

    /// <summary>Takes a list in if it is genuine, holds now, and is not older than the one that is held.</summary>
    /// <param name="origin">Where it comes from, for the log.</param>
    /// <returns>False where it was refused.</returns>
    public bool Offer(byte[] content, string origin)
    {
        RevocationList list;
        try
        {
            list = RevocationList.Read(content);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return Refuse($"it cannot be read as one: {e.Message}");
        }
        var named = _authorities
            .Values.Where(a => a.Certificate.SubjectName.RawData.AsSpan().SequenceEqual(list.Issuer.Span))
            .ToList();
        if (named.Count == 0)
            return Refuse("its issuer is none of the configured CAs");
        if (named.Find(a => list.IsSignedBy(a.Certificate)) is not { } authority)
            return Refuse("its signature is not that of the CA that it names");
        var now = clock.GetUtcNow();
        if (now < list.ThisUpdate)
            return Refuse($"it begins to hold on {list.ThisUpdate:u}");
        if (now >= list.NextUpdate)
            return Refuse($"it held until {list.NextUpdate:u}");
        lock (authority)
        {
            if (authority.List is { } held)
            {
                if (held.Encoded.AsSpan().SequenceEqual(list.Encoded))
                    return true;
                if (list.ThisUpdate < held.ThisUpdate || held.Number is not null && !(list.Number >= held.Number))
                    return Refuse($"it is older than the one that is held (number {held.Number}, {held.ThisUpdate:u})");
            }
            authority.List = list;
            Keep(authority, list);
        }
        // Lest somebody who has just been revoked stays in for as long as verdicts are remembered.
        verdicts.Clear();
        LogTaken(
            authority.Name,
            origin,
            list.Number?.ToString(CultureInfo.InvariantCulture),
            list.Count,
            list.NextUpdate
        );
        return true;

        bool Refuse(string why)
        {
            LogRefused(origin, why);
            return false;
        }
    }

    /// <summary>Says in the log which lists are missing, have run out, or soon will.</summary>
    public void ReportAge()
    {
        var now = clock.GetUtcNow();
        foreach (var authority in _authorities.Values.Where(a => a.IsRequired))
            if (authority.List is not { } list)
                LogMissing(authority.Name);
            else if (now >= list.NextUpdate)
                LogRunOut(authority.Name, list.NextUpdate);
            else if (now >= list.NextUpdate - (list.NextUpdate - list.ThisUpdate) / 4)
                LogOld(authority.Name, list.NextUpdate);
    }

    /// <summary>Seconds until the list of each required CA runs out; negative after that, and where there is none.</summary>
    public IEnumerable<Measurement<double>> SecondsLeft()
    {
        var now = clock.GetUtcNow();
        foreach (var authority in _authorities.Values.Where(a => a.IsRequired))
            yield return new(
                authority.List is { } list ? (list.NextUpdate - now).TotalSeconds : -1,
                new KeyValuePair<string, object?>("lagesbild.authority", authority.Name)
            );
    }

    /// <summary>Names can be copied; this cannot.</summary>
    private static string KeyOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private void Keep(Authority authority, RevocationList list)
    {
        var file = Path.Combine(environment.ContentRootPath, options.RevocationLists.Kept, authority.Key + ".crl");
        try
        {
            if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(list.Encoded))
                return;
            var whole = $"{file}.{Guid.NewGuid():N}.tmp";
            File.WriteAllBytes(whole, list.Encoded);
            File.Move(whole, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It holds all the same; but a restart will have to fetch it again.
            LogNotKept(authority.Name, e.Message);
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "Revocation list of {Authority} from {Origin}: number {Number}, {Count} certificates, holds until {NextUpdate:u}"
    )]
    private partial void LogTaken(
        string authority,
        string origin,
        string? number,
        int count,
        DateTimeOffset nextUpdate
    );

    [LoggerMessage(LogLevel.Warning, "Revocation list from {Origin} was not taken: {Why}")]
    private partial void LogRefused(string origin, string why);

    [LoggerMessage(LogLevel.Warning, "Revocation list of {Authority} could not be kept on disk: {Why}")]
    private partial void LogNotKept(string authority, string why);

    [LoggerMessage(
        LogLevel.Error,
        "There is no revocation list of {Authority}: its certificates are refused (revocation-unknown)"
    )]
    private partial void LogMissing(string authority);

    [LoggerMessage(
        LogLevel.Error,
        "The revocation list of {Authority} ran out on {NextUpdate:u}: its certificates are refused (revocation-unknown)"
    )]
    private partial void LogRunOut(string authority, DateTimeOffset nextUpdate);

    [LoggerMessage(
        LogLevel.Warning,
        "The revocation list of {Authority} has not been renewed and runs out on {NextUpdate:u}"
    )]
    private partial void LogOld(string authority, DateTimeOffset nextUpdate);
}
