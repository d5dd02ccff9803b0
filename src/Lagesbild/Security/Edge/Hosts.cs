using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;

namespace Lagesbild.Security;

/// <summary>
/// The names that the service answers to over HTTPS: those configured, else those of its certificate. A request for another
/// name, or for another than the TLS connection was opened for, is answered 421 (RFC 9110 §15.5.20): it was meant for
/// somebody else, or is made to look so.
/// </summary>
internal sealed class Hosts
{
    internal static readonly Refusal Misdirected = new(
        "host",
        StatusCodes.Status421MisdirectedRequest,
        "Not this host",
        "The request's Host is not a name of this service, or not the one that the TLS connection was opened for. Open a connection for the name that you ask for.",
        "Fel adress",
        "Tjänsten svarar inte under det namn som står i adressen.",
        "Kontrollera adressen. Stämmer den, stäng alla webbläsarfönster och försök igen."
    );

    private readonly FrozenSet<string> _names;
    private readonly IReadOnlyList<string> _domains;
    private readonly Proxies _proxies;

    private Hosts(IReadOnlyCollection<string> names, Proxies proxies)
    {
        // *.example.se stands for one label and no more.
        names = [.. names.Select(Encoded)];
        _domains = [.. names.Where(name => name.StartsWith("*.", StringComparison.Ordinal)).Select(name => name[1..])];
        _names = names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _proxies = proxies;
    }

    public static Hosts Read(IReadOnlyList<string> configured, X509Certificate2? certificate, Proxies proxies)
    {
        var problems = configured
            .Index()
            .Where(name => !IsName(name.Item))
            .Select(name =>
                $"{SecurityOptions.Section}:Hosts:{name.Index}: must be a host's name, without a port, such as lagesbild.example.se or *.example.se."
            )
            .ToList();
        return problems.Count > 0
            ? throw SecurityOptions.Invalid(problems)
            : new(configured.Count > 0 ? configured : NamesOf(certificate), proxies);
    }

    public Task Require(HttpContext context, RequestDelegate next, RequestDelegate refuse)
    {
        var request = context.Request;
        var asked = Asked(request).Host;
        return !request.IsHttps || IsOurs(asked) && IsAsOpened(context, asked) ? next(context) : refuse(context);
    }

    /// <summary>
    /// The name that a request is for, as it was sent, in ASCII. <see cref="HttpRequest.Host"/> decodes it, and throws at what
    /// only looks encoded.
    /// </summary>
    public static HostString Asked(HttpRequest request) => new(request.Headers.Host.ToString());

    internal bool IsOurs(string host)
    {
        if (_names.Contains(host))
            return true;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        foreach (var domain in _domains)
            if (dot > 0 && host.AsSpan(dot).Equals(domain, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    // A client that asks by address names nobody in the handshake, and a proxy asks by whatever name it knows the service.
    private bool IsAsOpened(HttpContext context, string asked) =>
        context.Features.Get<ITlsHandshakeFeature>()?.HostName is not { Length: > 0 } opened
        || Encoded(opened).Equals(asked, StringComparison.OrdinalIgnoreCase)
        || _proxies.IsProxy(context.Connection.RemoteIpAddress);

    /// <summary>As it is sent over the network: with å, ä and ö encoded.</summary>
    private static string Encoded(string name)
    {
        if (Ascii.IsValid(name))
            return name;
        try
        {
            return new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name; // Nobody can ask for it.
        }
    }

    // A whole top domain is nobody's.
    private static bool IsName(string name) =>
        name.StartsWith("*.", StringComparison.Ordinal)
            ? name[2..].Contains('.') && Uri.CheckHostName(name[2..]) == UriHostNameType.Dns
            : Uri.CheckHostName(name) != UriHostNameType.Unknown;

    private static string[] NamesOf(X509Certificate2? certificate) =>
        certificate?.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
            ?
            [
                .. names.EnumerateDnsNames(),
                .. names.EnumerateIPAddresses().Select(ip => ip.ToString().Contains(':') ? $"[{ip}]" : ip.ToString()),
            ]
            : [];
}
