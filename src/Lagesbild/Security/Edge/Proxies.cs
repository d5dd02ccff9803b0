using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace Lagesbild.Security;

/// <summary>How a proxy writes the visitor's certificate into a header.</summary>
public enum ForwardedForm
{
    /// <summary>RFC 9440: the certificate's DER in base64 between colons, as HAProxy can.</summary>
    Rfc9440,

    /// <summary>PEM with percent-escapes: nginx's <c>$ssl_client_escaped_cert</c>.</summary>
    EscapedPem,
}

/// <summary>
/// Section <c>Security:Proxy</c>: proxies that end the visitors' TLS connections and say in a header which certificate each
/// visitor had. Without it nobody is believed.
/// </summary>
public sealed record ProxyOptions
{
    /// <summary>The proxies: addresses, or networks (<c>10.1.2.0/28</c>) that nobody else is in.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The header. A proxy must set it on every request, whatever the visitor sent.</summary>
    public string Header { get; init; } = "";

    /// <summary><c>Rfc9440</c> or <c>EscapedPem</c>.</summary>
    public ForwardedForm? Form { get; init; }
}

/// <summary>
/// Puts the certificate that a known proxy vouches for in the place of the connection's own. Everything that the service
/// checks about a certificate it then checks about that one: all that the proxy is trusted with is that the visitor had its key.
/// </summary>
internal sealed class Proxies
{
    private const string Standard = "Client-Cert";
    private const string StandardChain = "Client-Cert-Chain";

    internal static readonly Refusal NotAProxy = new(
        "forwarded-certificate",
        StatusCodes.Status403Forbidden,
        "A certificate may not be sent in a header",
        "The request carries a header in which only a known proxy may say which certificate its visitor has. Send the certificate in the TLS handshake.",
        "Certifikatet kom fel väg",
        "Frågan påstår i ett sidhuvud vilket certifikat du har. Det får bara tjänstens egna mellanled göra.",
        "Om du når tjänsten genom ett mellanled (proxy) i din organisation: be dem som sköter det att ta bort sidhuvudet."
    );

    private static readonly Refusal Unreadable = NotAProxy with
    {
        Title = "The forwarded certificate cannot be read",
        Detail =
            "The proxy's header holds no certificate in the configured form. This is for those who run the service to mend.",
        What = "Tjänstens mellanled skickade vidare ett certifikat som inte går att läsa.",
        How = "Försök igen om en stund, och vänd dig annars till tjänstens förvaltning.",
    };

    private readonly IReadOnlyList<IPNetwork> _networks;
    private readonly string? _header;
    private readonly ForwardedForm _form;

    private Proxies(IReadOnlyList<IPNetwork> networks, string? header, ForwardedForm form) =>
        (_networks, _header, _form) = (networks, header, form);

    public static Proxies Read(ProxyOptions? options)
    {
        if (options is null)
            return new([], null, default);
        var problems = new List<string>();
        var networks = new List<IPNetwork>();
        foreach (var (i, written) in options.Addresses.Index())
            if (Network(written) is { } network)
                networks.Add(network);
            else
                problems.Add($"{Key}Addresses:{i}: must be an address or a network, such as 10.1.2.3 or 10.1.2.0/28.");
        if (options.Addresses.Count == 0)
            problems.Add($"{Key}Addresses: at least one proxy's address is needed.");
        if (options.Header.Length == 0 || !options.Header.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            problems.Add($"{Key}Header: must be the name of a header, such as {Standard}.");
        if (options.Form is null)
            problems.Add($"{Key}Form: must be {string.Join(" or ", Enum.GetNames<ForwardedForm>())}.");
        return problems.Count > 0
            ? throw SecurityOptions.Invalid(problems)
            : new(networks, options.Header, options.Form!.Value);
    }

    private const string Key = $"{SecurityOptions.Section}:Proxy:";

    public bool IsProxy(IPAddress? address)
    {
        if (address is null)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in _networks)
            if (network.Contains(address))
                return true;
        return false;
    }

    /// <summary>Where the request came from, before the proxy; for counting, never for letting in.</summary>
    public IPAddress? VisitorOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        // The last is the proxy's own word; whatever stands before it is the visitor's.
        return
            _header is not null
            && IsProxy(address)
            && context.Request.Headers["X-Forwarded-For"] is [.., { } forwarded]
            && IPAddress.TryParse(forwarded.AsSpan(forwarded.LastIndexOf(',') + 1).Trim(), out var visitor)
            ? visitor
            : address;
    }

    public Task Receive(HttpContext context, RequestDelegate next, Func<HttpContext, Refusal, Task> refuse)
    {
        var headers = context.Request.Headers;
        if (_header is null || !IsProxy(context.Connection.RemoteIpAddress))
            return Carries(headers, _header) ? refuse(context, NotAProxy) : next(context);

        // Whatever the proxy does not set came from its visitor.
        if (!_header.Equals(Standard, StringComparison.OrdinalIgnoreCase) && Carries(headers, null))
            return refuse(context, NotAProxy);

        X509Certificate2? certificate = null;
        var values = headers[_header];
        if (values is [{ Length: > 0 } value])
        {
            certificate = Read(value);
            if (certificate is null)
                return refuse(context, Unreadable);
            context.Response.RegisterForDispose(certificate);
        }
        else if (values.Count > 1)
        {
            return refuse(context, Unreadable);
        }

        headers.Remove(_header);
        // On the request, not on the connection: the next one on it is another visitor's. Without a certificate too, or the
        // proxy's own would be taken for the visitor's.
        context.Features.Set<ITlsConnectionFeature>(new Forwarded { ClientCertificate = certificate });
        return next(context);
    }

    /// <summary>The request names a certificate, as only a proxy may.</summary>
    public bool AreImitatedBy(HttpRequest request) => Carries(request.Headers, _header);

    private static bool Carries(IHeaderDictionary headers, string? header) =>
        headers.ContainsKey(Standard)
        || headers.ContainsKey(StandardChain)
        || header is not null && headers.ContainsKey(header);

    private X509Certificate2? Read(string value)
    {
        try
        {
            if (_form == ForwardedForm.EscapedPem)
                return FromPem(Uri.UnescapeDataString(value).AsSpan().Trim());
            return value is [':', .. var encoded, ':']
                ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(encoded))
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    // One and nothing else: of two, this program might read another than the proxy meant.
    private static X509Certificate2? FromPem(ReadOnlySpan<char> text) =>
        PemEncoding.TryFind(text, out var fields)
        && text[fields.Location].Length == text.Length
        && text[fields.Label] is "CERTIFICATE"
            ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text[fields.Base64Data].ToString()))
            : null;

    private static IPNetwork? Network(string written) =>
        IPAddress.TryParse(written, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        // A prefix of nothing is everybody; one that cuts its own address short was meant otherwise.
        : IPNetwork.TryParse(written, out var network)
        && network.PrefixLength > 0
        && written.StartsWith(network.BaseAddress + "/", StringComparison.OrdinalIgnoreCase)
            ? network
        : null;

    private sealed class Forwarded : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
            Task.FromResult(ClientCertificate);
    }
}
