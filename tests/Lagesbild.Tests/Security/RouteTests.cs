using System.Net;
using Lagesbild.Commands;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lagesbild.Tests.Security;

/// <summary>Every route of the whole service says whom it lets in; nothing leans on the fallback.</summary>
public sealed class RouteTests(PkiFixture pki) : IClassFixture<PkiFixture>
{
    private static readonly string[] Policies = [Roles.Reader, Roles.Register, Roles.Operator, Roles.Receipts];

    // What is open to all, and it alone: the contract, which version this is, and what the "no access" page is dressed in.
    private static readonly string[] Open =
    [
        "/lagesbild/v1/api-info",
        "/lagesbild/v1/openapi.json",
        "/lagesbild/v1/openapi.yaml",
        "/ingen-atkomst.css",
        "/css/lagesbild.css",
        "/favicon.svg",
    ];

    private sealed record Route(string Pattern, EndpointMetadataCollection Metadata)
    {
        public bool IsOpen => Metadata.GetMetadata<IAllowAnonymous>() is not null;
        public IEnumerable<string?> Policies => Metadata.GetOrderedMetadata<IAuthorizeData>().Select(d => d.Policy);
    }

    [Fact]
    public async Task Every_route_states_its_own_policy()
    {
        var routes = await RoutesAsync();
        Assert.Contains(routes, route => route.Pattern == "/lagesbild/v1/waiting-times");
        Assert.Contains(routes, route => route.Pattern == "/atgard/{kod}");
        Assert.Empty(
            from route in routes
            where !route.IsOpen && !route.Policies.Any(policy => Policies.Contains(policy))
            select route.Pattern
        );
    }

    [Fact]
    public async Task Only_what_must_be_is_open_to_all() =>
        Assert.Empty((await RoutesAsync()).Where(r => r.IsOpen).Select(r => r.Pattern).Distinct().Except(Open));

    [Fact]
    public async Task What_changes_something_is_for_registers_or_operators()
    {
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        var changing =
            from route in await RoutesAsync()
            let methods = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
            where methods is { Count: > 0 } && methods.Except(reading).Any()
            select route;
        Assert.Empty(
            from route in changing
            where !route.Policies.Any(policy => policy is Roles.Register or Roles.Operator)
            select route.Pattern
        );
    }

    private async Task<List<Route>> RoutesAsync()
    {
        var builder = Hosting.CreateBuilder(
            "Test",
            [.. pki.Pki.Configuration, new("ConnectionStrings:Lagesbild", "Host=nowhere.invalid")]
        );
        builder.Logging.ClearProviders();
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        // Never started: its routes are all that is wanted of it.
        await using var app = Hosting.Build(builder, new Listeners(null, any, any));
        var routes = new List<Route>();
        var pages = app.Services.GetRequiredService<PageLoader>();
        foreach (var endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints))
        {
            var metadata = endpoint.Metadata;
            // A page's own metadata are read when it is first asked for.
            if (metadata.GetMetadata<PageActionDescriptor>() is { } page)
                metadata = (await pages.LoadAsync(page, metadata)).EndpointMetadata is { } own
                    ? new EndpointMetadataCollection(own)
                    : metadata;
            var pattern = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? endpoint.DisplayName ?? "";
            routes.Add(new Route("/" + pattern.TrimStart('/'), metadata));
        }
        return routes;
    }
}
