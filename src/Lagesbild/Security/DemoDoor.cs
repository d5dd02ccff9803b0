using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Lagesbild.Security;

/// <summary>
/// A way in without a certificate, for `demo`: plain HTTP from this machine itself, as the operator "Demo". A connection is of
/// the door because the door's listener marked it, not because of anything that a request says.
/// </summary>
internal static class DemoDoor
{
    public const string AuthenticationScheme = "DemoDoor";

    private static readonly ClaimsPrincipal Demo = new(
        new CallerIdentity(
            new Caller(CallerKind.Person, "SE0000000000-DEMO", "0000000000", "Demo", 3, null, null),
            [Roles.Reader, Roles.Operator],
            AuthenticationScheme
        )
    );

    /// <summary>On a connection: it came through the door.</summary>
    private sealed class Mark;

    /// <summary>In the container: the host was built with the door.</summary>
    internal sealed class Opened;

    public static bool IsEntrance(HttpContext context) =>
        !context.Request.IsHttps && context.Features.Get<Mark>() is not null;

    public static void Listen(KestrelServerOptions kestrel, IPEndPoint endpoint)
    {
        if (kestrel.ApplicationServices.GetService<Opened>() is null)
            throw new InvalidOperationException("The demo door was not opened by AddSecurity(demoDoor: true).");
        if (!IPAddress.IsLoopback(endpoint.Address))
            throw new ArgumentException("The demo door listens on loopback only.", nameof(endpoint));
        kestrel.Listen(
            endpoint,
            listen =>
                ((IConnectionBuilder)listen).Use(next =>
                    connection =>
                    {
                        connection.Features.Set(new Mark());
                        return next(connection);
                    }
                )
        );
    }

    /// <summary>
    /// Refuses a Host that is not this machine's own name: a foreign page whose DNS name is made to point at 127.0.0.1 would
    /// otherwise read, and act, as the operator.
    /// </summary>
    public static Task RefuseForeignHosts(HttpContext context, RequestDelegate next)
    {
        if (!IsEntrance(context) || SecuritySetup.IsLocal(Hosts.Asked(context.Request)))
            return next(context);
        return NoAccess.Write(context, Refusal.Host);
    }

    internal sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        ILoggerFactory logger,
        UrlEncoder encoder
    ) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(
                IsEntrance(Context)
                && Context.Connection.RemoteIpAddress is { } address
                && IPAddress.IsLoopback(address)
                    ? AuthenticateResult.Success(new AuthenticationTicket(Demo, Scheme.Name))
                    : AuthenticateResult.NoResult()
            );

        protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
            NoAccess.Write(Context, Refusal.NotAuthorised);

        protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
            NoAccess.Write(Context, Refusal.CertificateMissing);
    }
}
