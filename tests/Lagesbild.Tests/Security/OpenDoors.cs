using Lagesbild.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Lagesbild.Tests.Security;

/// <summary>For hosts of a slice alone: its endpoints state whom they let in, and here that is everybody.</summary>
internal static class OpenDoors
{
    public static void LetEverybodyIn(this IServiceCollection services)
    {
        var authorization = services.AddAuthorizationBuilder();
        foreach (var policy in new[] { Roles.Reader, Roles.Register, Roles.Operator, Roles.Receipts })
            authorization.AddPolicy(policy, anyone => anyone.RequireAssertion(_ => true));
    }
}
