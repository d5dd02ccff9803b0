using System.Text.Json;

namespace Lagesbild.Api;

/// <summary>What this API is, as Sweden's national REST API profile asks for.</summary>
/// <param name="ApiName">Its name.</param>
/// <param name="ApiVersion">Semantic version.</param>
/// <param name="ApiReleased">Day of that version.</param>
/// <param name="ApiDocumentation">Where the contract is.</param>
/// <param name="ApiStatus"><c>active</c>, <c>deprecated</c> or <c>retired</c>.</param>
public sealed record ApiInfoResponse(
    string ApiName,
    string ApiVersion,
    DateOnly ApiReleased,
    string ApiDocumentation,
    string ApiStatus
)
{
    /// <summary>Major version is the one in the path.</summary>
    public const string Version = "1.0.0";

    internal static ApiInfoResponse Current { get; } =
        new("Lägesbild", Version, new DateOnly(2026, 11, 22), ApiSetup.Root + "/openapi.yaml", "active");
}

internal static class ApiInfoResource
{
    public static void Map(ApiRoutes routes)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(ApiInfoResponse.Current, ApiJson.Instance.ApiInfoResponse);
        var response = new FixedResponse(body, Representation.Json);
        routes
            .Fixed<ApiInfoResponse>("/api-info", response.WriteAsync)
            .AllowAnonymous()
            .Describe(
                "getApiInfo",
                "Om gränssnittet",
                "About the API",
                "Namn, version, datum, dokumentation och status. Öppen utan certifikat.",
                "Name, version, date, documentation and status. Open without a certificate."
            );
    }
}
