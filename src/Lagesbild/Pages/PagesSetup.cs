using System.Text.Encodings.Web;
using System.Text.Unicode;
using Lagesbild.Catalogue;
using Lagesbild.Ledger;
using Lagesbild.Pages.Receipts;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.WebEncoders;

namespace Lagesbild.Pages;

/// <summary>The web view: server-rendered, Swedish, everything in the address, nothing that needs JavaScript.</summary>
public static class PagesSetup
{
    public static void AddPages(this IHostApplicationBuilder builder)
    {
        builder
            .Services.AddRazorPages(options => options.RootDirectory = "/Pages")
            .ConfigureApplicationPartManager(parts =>
            {
                // These pages and no other assembly's, whichever program hosts them.
                var program = typeof(PagesSetup).Assembly;
                parts.ApplicationParts.Clear();
                parts.ApplicationParts.Add(new AssemblyPart(program));
                parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(program));
            });
        // å, ä and ö as themselves, not as entities: half the weight of a Swedish page.
        builder.Services.Configure<WebEncoderOptions>(options =>
            options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All)
        );
        builder.Services.TryAddSingleton(FreshnessRules.Read(builder.Configuration));
        builder.Services.TryAddSingleton(RetentionOptions.Read(builder.Configuration));
        builder.Services.TryAddSingleton<ProcedureSearch>();
        builder.Services.TryAddSingleton<Contacts>();
        builder.Services.AddScoped<Shell>();
        builder.Services.AddSingleton<PageCache>();
        // Made when it is asked for: a host of pages alone has no ledger.
        builder.Services.AddScoped(services => ActivatorUtilities.CreateInstance<Ordering>(services));
    }

    public static void MapPages(this WebApplication app)
    {
        // Faults on a page are answered with a page; under the API's root they are the API's own.
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments("/lagesbild"),
            pages =>
                pages.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Assets.WriteFaultPageAsync })
        );
        app.Use(RefuseOtherMethods);
        // After authorization: a kept page is for readers, as a made one is.
        app.Use(
            (context, next) =>
                context.GetEndpoint()?.Metadata is not { } metadata
                || metadata.GetMetadata<KeptPage>() is null
                || metadata.GetMetadata<LedgerPageAttribute>() is not null
                    ? next(context)
                    : context.RequestServices.GetRequiredService<PageCache>().MakeAsync(context, next)
        );
        app.MapAssets();
        app.MapDownloads();
        app.MapRazorPages().WithMetadata(new KeptPage());
        app.MapFallbackToPage("{**address}", "/Errors/Unknown").RequireAuthorization(Roles.Reader);
    }

    // A page without a handler of a method would be made all the same, without anything to show.
    private static async Task RefuseOtherMethods(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        var metadata = context.GetEndpoint()?.Metadata;
        var takesForms = metadata?.GetMetadata<LedgerPageAttribute>()?.TakesForms is true;
        if (
            HttpMethods.IsGet(method)
            || HttpMethods.IsHead(method)
            || (takesForms && HttpMethods.IsPost(method))
            || metadata?.GetMetadata<PageActionDescriptor>() is null
        )
        {
            await next(context);
            if (
                context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false }
                && !context.Request.Path.StartsWithSegments("/lagesbild")
            )
            {
                await Assets.WriteOnlyForReadingAsync(context); // a file, which routing has refused without a word
            }

            return;
        }

        context.Response.Headers.Allow = takesForms ? "GET, HEAD, POST" : "GET, HEAD";
        await Assets.WriteOnlyForReadingAsync(context);
    }
}
