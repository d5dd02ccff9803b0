using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lagesbild.Api;

/// <summary>The API's JSON: camelCase, nulls written out, å ä ö as they are, instants in UTC.</summary>
[JsonSerializable(typeof(ProblemResponse))]
[JsonSerializable(typeof(ApiInfoResponse))]
[JsonSerializable(typeof(ProceduresResponse))]
[JsonSerializable(typeof(ProcedureResponse))]
[JsonSerializable(typeof(RegionsResponse))]
[JsonSerializable(typeof(UnitsResponse))]
[JsonSerializable(typeof(UnitResponse))]
[JsonSerializable(typeof(WaitingTimesResponse))]
[JsonSerializable(typeof(ExplanationResponse))]
[JsonSerializable(typeof(TrendsResponse))]
[JsonSerializable(typeof(SourcesResponse))]
[JsonSerializable(typeof(DeliveriesResponse))]
[JsonSerializable(typeof(DeliveryResponse))]
[JsonSerializable(typeof(PicturesResponse))]
[JsonSerializable(typeof(PictureRow))]
[JsonSerializable(typeof(ReasonRequest))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    // The responses are application/json with nosniff, never part of a page: nothing needs escaping for HTML's sake.
    public static ApiJson Instance { get; } =
        new(
            new JsonSerializerOptions
            {
                // What is asked for twice is not known to be asked for.
                AllowDuplicateProperties = false,
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                Converters = { new UtcInstantConverter() },
            }
        );
}

/// <summary>RFC 3339 in UTC, to the second: <c>2026-11-22T01:15:00Z</c>.</summary>
internal sealed class UtcInstantConverter : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.ParseExact(
            reader.GetString()!,
            Form,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture));
}
