using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lagesbild.Security;

public static class SecuritySetup
{
    public static void AddSecurity(this IHostApplicationBuilder builder) { }

    /// <summary>The HTTPS listener that asks every caller for a certificate.</summary>
    public static void ListenWithCertificates(this KestrelServerOptions kestrel, System.Net.IPEndPoint endpoint) { }

    public static void UseSecurity(this WebApplication app) { }
}
