using System.Security.Claims;

namespace Lagesbild.Security;

/// <summary>Decided by the certificate's issuer, never by its subject.</summary>
public enum CallerKind
{
    Person,
    Function,
}

/// <summary>Who asks, as the certificate says it.</summary>
/// <param name="HsaId">The identity.</param>
/// <param name="Organisation">Organisation number of ten digits, out of the HSA-id.</param>
/// <param name="Name">A person's name or a system's DNS name.</param>
/// <param name="LevelOfAssurance">Null for functions.</param>
/// <param name="Thumbprint">SHA-256 of the certificate, in hex; null at the demo door.</param>
/// <param name="Issuer">Common name of the issuing CA; null at the demo door.</param>
public sealed record Caller(
    CallerKind Kind,
    string HsaId,
    string Organisation,
    string Name,
    int? LevelOfAssurance,
    string? Thumbprint,
    string? Issuer
);

/// <summary>A <see cref="Security.Caller"/> as ASP.NET Core wants it; its roles are those of <see cref="Roles"/>.</summary>
public sealed class CallerIdentity : ClaimsIdentity
{
    public CallerIdentity(Caller caller, IEnumerable<string> roles, string authenticationType)
        : base(authenticationType)
    {
        Caller = caller;
        AddClaim(new Claim(ClaimTypes.NameIdentifier, caller.HsaId));
        AddClaim(new Claim(ClaimTypes.Name, caller.Name));
        AddClaims(roles.Select(role => new Claim(ClaimTypes.Role, role)));
    }

    public Caller Caller { get; }
}

public static class CallerExtensions
{
    /// <summary>Null where nobody has been let in: on what is open to all.</summary>
    public static Caller? Caller(this ClaimsPrincipal user) => (user.Identity as CallerIdentity)?.Caller;
}
