using Microsoft.AspNetCore.Authorization;

namespace Lagesbild.Security;

/// <summary>Who may do what: names of roles and of the policies that require them.</summary>
public static class Roles
{
    /// <summary>Everything read-only. What every endpoint requires that does not say otherwise.</summary>
    public const string Reader = "reader";

    /// <summary>Hands in a source's deliveries.</summary>
    public const string Register = "register";

    /// <summary>Receipts, release, refuse, restore.</summary>
    public const string Operator = "operator";
}

/// <summary>Identity comes from the certificate, permission from the configuration: here they meet.</summary>
public sealed class AccessRules(SecurityOptions options)
{
    private readonly HashSet<string> _readers = new(options.Readers, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _operators = new(options.Operators, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<string>> _registers = options.Registers.ToDictionary(
        r => r.Key,
        r => new HashSet<string>(r.Value, StringComparer.OrdinalIgnoreCase),
        StringComparer.Ordinal
    );

    public IEnumerable<string> RolesOf(Caller caller)
    {
        if (caller.Kind == CallerKind.Person)
        {
            yield return Roles.Reader;
            if (_operators.Contains(caller.HsaId))
                yield return Roles.Operator;
        }
        else
        {
            if (_readers.Contains(caller.HsaId) || _readers.Contains(caller.Organisation))
                yield return Roles.Reader;
            if (_registers.Values.Any(hsaIds => hsaIds.Contains(caller.HsaId)))
                yield return Roles.Register;
        }
    }

    /// <summary>Whether the caller is the register behind this source.</summary>
    public bool MayDeliver(Caller caller, string source) =>
        caller.Kind == CallerKind.Function
        && _registers.TryGetValue(source, out var hsaIds)
        && hsaIds.Contains(caller.HsaId);

    internal static void AddPolicies(AuthorizationBuilder authorization)
    {
        foreach (var role in (ReadOnlySpan<string>)[Roles.Reader, Roles.Register, Roles.Operator])
            authorization.AddPolicy(role, policy => policy.RequireRole(role));
        var reader = new AuthorizationPolicyBuilder().RequireRole(Roles.Reader).Build();
        authorization.SetDefaultPolicy(reader).SetFallbackPolicy(reader);
    }
}
