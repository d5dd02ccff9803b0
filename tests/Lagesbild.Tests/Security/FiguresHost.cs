using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Lagesbild.Api;
using Lagesbild.Catalogue;
using Lagesbild.Commands;
using Lagesbild.Deliveries;
using Lagesbild.Pages;
using Lagesbild.Picture;
using Lagesbild.Security;
using Lagesbild.Tests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Security;

/// <summary>Security, API and pages, with the hand-made picture; no ledger and no jobs.</summary>
internal static class FiguresHost
{
    /// <summary>Started; its audit log is in the folder.</summary>
    public static async Task<WebApplication> StartAsync(
        PkiFixture pki,
        string audit,
        params (string Key, string? Value)[] settings
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        // A request has its trace though nobody listens.
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(pki.Pki.Configuration);
        builder.Configuration.AddInMemoryCollection([
            new("Security:Audit:Folder", audit),
            new("Security:RevocationLists:Kept", audit + "-crl"),
            .. settings.Select(s => KeyValuePair.Create(s.Key, s.Value)),
        ]);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.ApplyLimits();
                kestrel.ListenWithCertificates(new IPEndPoint(IPAddress.Loopback, 0));
            });
        builder.Services.AddSingleton(ProcedureCatalogue.Load());
        builder.Services.AddSingleton(SourceReaders.Standard);
        builder.Services.AddSingleton<CurrentPicture>();
        builder.AddSecurity();
        builder.AddApi();
        builder.AddPages();
        var app = builder.Build();
        app.MapVisitors();
        app.Services.GetRequiredService<CurrentPicture>()
            .Swap(HandMadePicture.Build(app.Services.GetRequiredService<ProcedureCatalogue>()));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    public static SslClientAuthenticationOptions ClientTls(PkiFixture pki, string? name) =>
        new()
        {
            TargetHost = "localhost",
            ClientCertificateContext = name is null
                ? null
                : SslStreamCertificateContext.Create(pki[name], null, offline: true),
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { pki["ca/root"] },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };

    /// <summary>With the certificate of that name; null: without one.</summary>
    public static HttpClient Client(PkiFixture pki, WebApplication app, string? name) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = ClientTls(pki, name) })
        {
            BaseAddress = new Uri(
                app.Urls.Single(a => a.StartsWith("https", StringComparison.Ordinal))
                    .Replace("127.0.0.1", "localhost", StringComparison.Ordinal)
            ),
        };
}
