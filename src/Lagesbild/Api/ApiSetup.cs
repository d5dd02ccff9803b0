using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lagesbild.Catalogue;
using Lagesbild.Deliveries;
using Lagesbild.Formats;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Lagesbild.Api;

public static class ApiSetup
{
    /// <summary>What every path begins with; the major version is part of it.</summary>
    public const string Root = "/lagesbild/v1";

    public static void AddApi(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ProcedureSearch(provider.GetRequiredService<ProcedureCatalogue>()));
        services.TryAddSingleton(FreshnessRules.Read(builder.Configuration));
        services.TryAddSingleton(RetentionOptions.Read(builder.Configuration));
        services.TryAddSingleton<Contacts>();
        services.AddSingleton<ResponseCache>();
        services.AddOpenApiDocument();
    }

    /// <summary>
    /// Goes before whatever may refuse a request of the API: returns the trace, and gives a body to refusals that have
    /// none.
    /// </summary>
    public static void UseApi(this WebApplication app) =>
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/lagesbild", StringComparison.OrdinalIgnoreCase),
            api =>
            {
                api.UseExceptionHandler(
                    new ExceptionHandlerOptions
                    {
                        ExceptionHandler = context =>
                        {
                            ReturnTrace(context);
                            var fault = context.Features.Get<IExceptionHandlerFeature>()?.Error;
                            return Problem
                                .OfStatus(
                                    fault is BadHttpRequestException bad
                                        ? bad.StatusCode
                                        : StatusCodes.Status500InternalServerError
                                )
                                .WriteAsync(context);
                        },
                        // A body that is too large or too slow is the caller's fault, and no news for the log.
                        SuppressDiagnosticsCallback = failure => failure.Exception is BadHttpRequestException,
                    }
                );
                api.Use(
                    async (context, next) =>
                    {
                        ReturnTrace(context);
                        await next(context);
                        var response = context.Response;
                        if (
                            response is
                            { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null }
                        )
                        {
                            await Problem.OfStatus(response.StatusCode).WriteAsync(context);
                        }
                    }
                );
            }
        );

    public static void MapApi(this WebApplication app)
    {
        var routes = new ApiRoutes(app.MapGroup(Root), app.Services);
        ApiInfoResource.Map(routes);
        OpenApiResource.Map(routes);
        ProceduresResource.Map(routes);
        RegionsResource.Map(routes);
        UnitsResource.Map(routes);
        WaitingTimesResource.Map(routes);
        ExplainResource.Map(routes);
        TrendsResource.Map(routes);
        WholePictureResource.Map(routes);
        app.Map("/lagesbild/{**rest}", ApiRoutes.Refusing(StatusCodes.Status404NotFound))
            .RequireAuthorization(Roles.Reader);
        DeliveriesResource.Map(routes);
        PicturesResource.Map(routes);
        var retention = app.Services.GetRequiredService<RetentionOptions>();
        SourcesResource.Map(routes, new RetentionInfo(retention.Days, retention.Decision));
    }

    /// <summary>So that a caller, and whoever looks for his request in our log, have one name for it.</summary>
    private static void ReturnTrace(HttpContext context)
    {
        if (Activity.Current?.Id is { } trace)
        {
            context.Response.Headers.TraceParent = trace;
        }
    }
}

/// <summary>Where the resources are mapped, and what they are made of.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder endpoints, IServiceProvider services)
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    private readonly ResponseCache _cache = services.GetRequiredService<ResponseCache>();

    public CurrentPicture Current { get; } = services.GetRequiredService<CurrentPicture>();

    public ProcedureSearch Search { get; } = services.GetRequiredService<ProcedureSearch>();

    public SourceReaders Readers { get; } = services.GetRequiredService<SourceReaders>();

    public FreshnessRules Freshness { get; } = services.GetRequiredService<FreshnessRules>();

    public TimeProvider Clock { get; } = services.GetRequiredService<TimeProvider>();

    public IReadOnlyList<Parameter> GroupParameters { get; } =
        Parameters.OfGroups(services.GetRequiredService<SourceReaders>());

    /// <summary>A resource about the picture.</summary>
    public ApiRoute Get<T>(
        string path,
        IReadOnlyList<Parameter> parameters,
        JsonTypeInfo<T> json,
        Func<PictureRequest, Answer<T>> answer,
        Func<PictureRequest, DownloadFormat, Answer<Download>>? download = null
    )
        where T : class =>
        Map<T>(
            path,
            parameters,
            null,
            new PictureResource<T>(
                Current,
                _cache,
                ApiSetup.Root + path,
                null,
                parameters,
                json,
                answer,
                download
            ).Respond,
            download is null ? null : Representation.OfTables
        );

    /// <summary>A resource about one thing in the picture, whose id ends the path.</summary>
    public ApiRoute GetById<T>(string path, PathId id, JsonTypeInfo<T> json, Func<PictureRequest, Answer<T>> answer)
        where T : class =>
        Map<T>(
            $"{path}{{{id.Name}}}",
            [],
            id,
            new PictureResource<T>(Current, _cache, ApiSetup.Root + path, id.Name, [], json, answer, null).Respond
        );

    /// <summary>A resource that is a download and nothing else.</summary>
    public ApiRoute Download(
        string path,
        IReadOnlyList<Parameter> parameters,
        IReadOnlyList<Representation> representations,
        Func<PictureRequest, DownloadFormat, Answer<Download>> download
    ) =>
        Map<Stream>(
            path,
            parameters,
            null,
            context =>
            {
                var query = Query.Read(parameters, context.Request.QueryString.Value);
                var accepted = Representation.Accepted(context.Request.Headers.Accept, representations);
                if (query.Problem is { } refused)
                {
                    return refused.WriteAsync(context);
                }

                if (query.Representation(representations, accepted) is not { } format)
                {
                    return Problem.NotAcceptable(representations).WriteAsync(context);
                }

                if (Current.Value is not { } picture)
                {
                    return Problem.NoPicture.WriteAsync(context);
                }

                var request = new PictureRequest(picture, query, ApiSetup.Root + path, "")
                {
                    Contacts = ContactList.Empty,
                };
                return StreamedResponse.WriteAsync(context, request, download(request, format.Download!.Value), format);
            },
            representations
        );

    /// <summary>A resource that depends on something else than the picture, and takes no parameters.</summary>
    public ApiRoute Fixed<T>(string path, RequestDelegate respond) =>
        Map<T>(
            path,
            [],
            null,
            context =>
                Query.Read([], context.Request.QueryString.Value).Problem is { } refused ? refused.WriteAsync(context)
                : Representation.Accepted(context.Request.Headers.Accept, Representation.OnlyJson) is null
                    ? Problem.NotAcceptable(Representation.OnlyJson).WriteAsync(context)
                : respond(context)
        );

    /// <summary>A resource that is read out of the ledger: answered anew each time, ETag from the body.</summary>
    /// <param name="policy">Whom it is for.</param>
    public ApiRoute FromLedger<T>(
        string path,
        string policy,
        IReadOnlyList<Parameter> parameters,
        IReadOnlyList<PathId> ids,
        JsonTypeInfo<T> json,
        Func<HttpContext, Query, Task<Answer<T>>> answer
    )
        where T : class
    {
        RequestDelegate respond = context =>
            WithLedgerAsync(
                context,
                parameters,
                async query =>
                {
                    var answered = await answer(context, query);
                    await (
                        answered.Body is { } body
                            ? StoredResponse.WriteAsync(
                                context,
                                JsonSerializer.SerializeToUtf8Bytes(body, json),
                                Representation.Json,
                                "no-cache"
                            )
                            : answered.Problem!.WriteAsync(context)
                    );
                }
            );
        return new ApiRoute(
            MapMethods(path, GetAndHead, policy, respond).WithMetadata(respond.Method),
            typeof(T),
            parameters,
            ids,
            Representation.OnlyJson
        );
    }

    /// <summary>A resource that changes something; <typeparamref name="T"/> is what it answers.</summary>
    /// <param name="policy">Whom it is for.</param>
    /// <param name="requestBody">Stream for a file, else a type in JSON.</param>
    public ApiRoute Changing<T>(
        string method,
        string path,
        string policy,
        IReadOnlyList<PathId> ids,
        Type requestBody,
        Func<HttpContext, Task> answer
    )
        where T : class
    {
        RequestDelegate respond = context => WithLedgerAsync(context, [], _ => answer(context));
        return new ApiRoute(
            MapMethods(path, [method], policy, respond).WithMetadata(respond.Method),
            typeof(T),
            [],
            ids,
            Representation.OnlyJson,
            requestBody
        );
    }

    // Without the database there is nothing to tell and nothing can be changed; figures are served all the same.
    private static async Task WithLedgerAsync(
        HttpContext context,
        IReadOnlyList<Parameter> parameters,
        Func<Query, Task> answer
    )
    {
        var query = Query.Read(parameters, context.Request.QueryString.Value);
        var refused =
            query.Problem
            ?? (
                Representation.Accepted(context.Request.Headers.Accept, Representation.OnlyJson) is null
                    ? Problem.NotAcceptable(Representation.OnlyJson)
                    : null
            );
        if (refused is not null)
        {
            await refused.WriteAsync(context);
            return;
        }

        try
        {
            await answer(query);
        }
        catch (Exception failure) when (LedgerAway.Is(failure) && !context.Response.HasStarted)
        {
            await Problem.LedgerAway.WriteAsync(context);
        }
    }

    /// <summary>
    /// Answers itself rather than leaving it to routing: the web view takes whatever path and method nobody else wants.
    /// </summary>
    public static RequestDelegate Refusing(int status) => context => Problem.OfStatus(status).WriteAsync(context);

    /// <summary>An endpoint that the contract does not describe.</summary>
    public IEndpointConventionBuilder Unlisted(string path, RequestDelegate respond) =>
        MapReading(
            path,
            context =>
                Query.Read([], context.Request.QueryString.Value).Problem is { } refused
                    ? refused.WriteAsync(context)
                    : respond(context)
        );

    private ApiRoute Map<T>(
        string path,
        IReadOnlyList<Parameter> parameters,
        PathId? id,
        RequestDelegate respond,
        IReadOnlyList<Representation>? representations = null
    ) =>
        new(
            // The method makes the endpoint visible to the document's generator.
            MapReading(path, respond).WithMetadata(respond.Method),
            typeof(T),
            parameters,
            id is null ? [] : [id],
            representations ?? Representation.OnlyJson
        );

    private IEndpointConventionBuilder MapReading(string path, RequestDelegate respond) =>
        MapMethods(path, GetAndHead, Roles.Reader, respond);

    private IEndpointConventionBuilder MapMethods(string path, string[] methods, string policy, RequestDelegate respond)
    {
        var refuse = Refusing(StatusCodes.Status405MethodNotAllowed);
        endpoints
            .Map(
                path,
                context =>
                {
                    context.Response.Headers.Allow = string.Join(", ", methods);
                    return refuse(context);
                }
            )
            .RequireAuthorization(policy);
        return endpoints.MapMethods(path, methods, respond).RequireAuthorization(policy);
    }
}
