using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Quartz;

namespace Lagesbild.Security;

public static class SecuritySetup
{
    /// <summary>
    /// Reads section <c>Security</c> (an <see cref="Microsoft.Extensions.Options.OptionsValidationException"/> names every key
    /// that is wrong), and closes everything that does not say <c>AllowAnonymous</c> to all but readers.
    /// </summary>
    /// <param name="demoDoor">
    /// Only `demo` says true: makes <see cref="ListenAsDemoDoor"/> possible, which lets this machine's own requests in as the
    /// operator "Demo". Refused in Production. Only then may the whole section be missing, and nobody gets in with a
    /// certificate.
    /// </param>
    public static void AddSecurity(this IHostApplicationBuilder builder, bool demoDoor = false)
    {
        if (demoDoor && builder.Environment.IsProduction())
            throw new InvalidOperationException(
                "The demo door lets anyone on this machine in: it does not open in Production."
            );

        var options = SecurityOptions.Read(builder.Configuration);
        var bare = demoDoor && !builder.Configuration.GetSection(SecurityOptions.Section).Exists();
        var authorities = bare ? TrustedAuthorities.None : TrustedAuthorities.Load(options, builder.Environment);

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(authorities);
        services.AddSingleton<AccessRules>();
        services.AddSingleton<VerdictCache>();
        services.AddSingleton<Gate>();
        services.AddSingleton<RevocationLists>();
        services.AddSingleton<RevocationFeed>();
        services.AddSingleton<AuditLog>();
        // A known caller's own line says it; the framework would say it twice more. Of requests, it would write whole addresses,
        // and open a scope for each as soon as it may say anything.
        builder.Logging.AddFilter(typeof(CertificateAuthenticationHandler).FullName, LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        services.AddSingleton<DistributedContextPropagator, CallersTrace>();
        builder.AddEdge(options, authorities, demoDoor);
        services.AddDataProtection();
        services.Configure<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = new KeysInMemory();
            keys.XmlEncryptor = new NullXmlEncryptor();
        });
        var authentication = services
            .AddAuthentication(CertificateAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<CertificateAuthenticationOptions, CertificateAuthenticationHandler>(
                CertificateAuthenticationDefaults.AuthenticationScheme,
                scheme =>
                {
                    scheme.CustomTrustStore = authorities.Roots;
                    scheme.AdditionalChainCertificates = authorities.Intermediates;
                    scheme.Issuers = authorities.Issuers;
                    scheme.MinimumLevelOfAssurance = options.MinimumLevelOfAssurance;
                    scheme.HsaIdPattern = authorities.HsaIdPattern;
                    if (demoDoor)
                        scheme.ForwardDefaultSelector = context =>
                            DemoDoor.IsEntrance(context) ? DemoDoor.AuthenticationScheme : null;
                }
            );
        if (demoDoor)
        {
            services.AddSingleton<DemoDoor.Opened>();
            authentication.AddScheme<AuthenticationSchemeOptions, DemoDoor.Handler>(
                DemoDoor.AuthenticationScheme,
                null
            );
        }
        AccessRules.AddPolicies(services.AddAuthorizationBuilder());
        // Readers' endpoints are let through by the gate, which leaves no mark that routing would look for.
        services.Configure<RouteOptions>(routing => routing.SuppressCheckForUnhandledSecurityMetadata = true);
    }

    /// <summary>Takes revocation lists in, and fetches them, for as long as the service runs.</summary>
    public static void ScheduleRevocationLists(this IQuartzBuilder quartz) =>
        quartz.ScheduleJob<RevocationJob>(trigger =>
            trigger.WithIdentity("revocation-lists").WithSimpleSchedule(TimeSpan.FromMinutes(1))
        );

    /// <summary>
    /// The HTTPS listener. It asks every connection for a certificate, naming the CAs that it accepts, and lets the handshake
    /// succeed with any or none: the authentication handler is the only gate, and can say what is wrong.
    /// </summary>
    public static void ListenWithCertificates(this KestrelServerOptions kestrel, IPEndPoint endpoint)
    {
        var services = kestrel.ApplicationServices;
        var authorities = services.GetRequiredService<TrustedAuthorities>();
        if (authorities.Server is not { } certificate)
            throw SecurityOptions.Invalid(["Security:ServerCertificate: HTTPS needs a server certificate."]);
        var minimum = services.GetRequiredService<SecurityOptions>().MinimumLevelOfAssurance;
        var offered = authorities
            .Issuers.Where(i => i.Kind == CallerKind.Function || i.LevelOfAssurance >= minimum)
            .Select(i => i.Certificate)
            .ToArray();
        // A shared context lets TLS sessions be resumed. Windows cannot send names out of a collection.
        var context = SslStreamCertificateContext.Create(
            certificate,
            authorities.ServerChain,
            offline: true,
            SslCertificateTrust.CreateForX509Collection(
                [.. offered],
                sendTrustInHandshake: !OperatingSystem.IsWindows()
            )
        );
        kestrel.AddServerHeader = false;
        kestrel.Listen(
            endpoint,
            listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                ((IConnectionBuilder)listen).Use(CloseOnUnreadableCertificates);
                ((IConnectionBuilder)listen).Use(next =>
                    connection =>
                    {
                        connection.Features.Set(new Acquaintance());
                        return next(connection);
                    }
                );
                listen.UseHttps(
                    new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ => ValueTask.FromResult(Handshake(context, authorities.Roots)),
                    }
                );
            }
        );
    }

    // SslStream reads the certificate's extensions for its own chain, and trips over what it cannot read there.
    private static ConnectionDelegate CloseOnUnreadableCertificates(ConnectionDelegate next) =>
        async connection =>
        {
            try
            {
                await next(connection);
            }
            catch (CryptographicException)
            {
                connection.Abort();
            }
        };

    /// <summary>The demo door: plain HTTP on a loopback address (anything else throws).</summary>
    public static void ListenAsDemoDoor(this KestrelServerOptions kestrel, IPEndPoint endpoint) =>
        DemoDoor.Listen(kestrel, endpoint);

    /// <summary>Before all else: whoever is known and asks for what is kept needs nothing else (<see cref="ShortWay"/>).</summary>
    /// <param name="kept">Asked, each in turn.</param>
    public static void UseShortWay(this WebApplication app, params FindKept[] kept)
    {
        var services = app.Services;
        app.Use(
            new ShortWay(
                services.GetRequiredService<VerdictCache>(),
                services.GetRequiredService<Proxies>(),
                services.GetRequiredService<RateLimit>(),
                services.GetRequiredService<AuditLog>(),
                services.GetRequiredService<TimeProvider>(),
                kept
            ).Go
        );
    }

    /// <summary>
    /// The audit log, security headers, authentication, the count of requests, routing, authorization: in this order, before
    /// all endpoints.
    /// </summary>
    /// <param name="kept">Asked, each in turn, once a reader has been let in, and before anything else is done for the request.</param>
    public static void UseSecurity(this WebApplication app, params FindKept[] kept)
    {
        // Before anybody is let in; the job goes on from here.
        app.Services.GetRequiredService<RevocationFeed>().Import();
        var audit = app.Services.GetRequiredService<AuditLog>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var gate = app.Services.GetRequiredService<Gate>();
        var limit = app.Services.GetRequiredService<RateLimit>();
        app.Use((context, next) => AuditTrail.Record(context, next, audit, clock));
        app.UseEdge();
        if (app.Services.GetService<DemoDoor.Opened>() is not null)
            app.Use(DemoDoor.RefuseForeignHosts);
        app.UseWhen(context => !gate.Recognises(context), others => others.UseAuthentication());
        app.Use(limit.Admit);
        app.Use((context, next) => Gate.AnswerOf(context, kept) ?? next(context));
        app.UseRouting();
        app.UseWhen(context => !Gate.Admits(context), others => others.UseAuthorization());
        // The host would put both before everything else, not knowing that they are in a branch already.
        foreach (var done in (string[])["__AuthenticationMiddlewareSet", "__AuthorizationMiddlewareSet"])
            ((IApplicationBuilder)app).Properties[done] = true;
        NoAccess.MapStylesheet(app);
    }

    /// <summary>One of this machine's names for itself.</summary>
    internal static bool IsLocal(HostString host) =>
        host.Host is "127.0.0.1" or "[::1]"
        || string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase);

    private static SslServerAuthenticationOptions Handshake(
        SslStreamCertificateContext context,
        X509Certificate2Collection roots
    ) =>
        new()
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = true,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            // SslStream builds a chain of its own before the callback, and must not go to the network for it either.
            CertificateChainPolicy = CertificateChecks.ChainPolicy(roots, []),
#pragma warning disable CA5359 // The authentication handler is the gate: it can say in words what is wrong.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        };
}
