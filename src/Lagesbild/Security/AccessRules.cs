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

    /// <summary>A policy, no role: registers and operators. What of it a register may see is for the endpoint to say.</summary>
    public const string Receipts = "receipts";
}

/// <summary>Identity comes from the certificate, permission from the configuration: here they meet.</summary>
public sealed class AccessRules(SecurityOptions options)
{
    private readonly HashSet<string> _readers = new(options.Readers, StringComparer.Ordinal);
    private readonly HashSet<string> _operators = new(options.Operators, StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _registers = options.Registers.ToDictionary(
        r => r.Key,
        r => new HashSet<string>(r.Value, StringComparer.Ordinal),
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
        authorization.AddPolicy(Roles.Operator, policy => policy.RequireRole(Roles.Operator));
        authorization.AddPolicy(
            Roles.Register,
            policy => policy.RequireRole(Roles.Register).RequireAssertion(IsOwnSource)
        );
        authorization.AddPolicy(Roles.Receipts, policy => policy.RequireRole(Roles.Register, Roles.Operator));
        var reader = new AuthorizationPolicyBuilder().RequireRole(Roles.Reader).Build();
        authorization.AddPolicy(Roles.Reader, reader).SetDefaultPolicy(reader).SetFallbackPolicy(reader);
    }

    /// <summary>Where the path names a <c>{source}</c>, a register must be that one.</summary>
    private static bool IsOwnSource(AuthorizationHandlerContext asked) =>
        asked.Resource is not HttpContext context
        || context.GetRouteValue("source") is not { } source
        || asked.User.Caller() is { } caller
            && context.RequestServices.GetRequiredService<AccessRules>().MayDeliver(caller, (string)source);
}
