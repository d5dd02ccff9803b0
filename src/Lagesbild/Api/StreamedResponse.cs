using Lagesbild.Formats;
using Lagesbild.Security;

namespace Lagesbild.Api;

/// <summary>A download on its way: written as it is read, packed where asked for, 304 where the caller has it.</summary>
internal static class StreamedResponse
{
    /// <summary>The picture's id, which a JSON response has within.</summary>
    public const string PictureHeader = "Lagesbild-Picture";

    /// <summary>Whether the data of any of its sources are invented.</summary>
    public const string SyntheticHeader = "Lagesbild-Synthetic";

    public static async Task WriteAsync(
        HttpContext context,
        PictureRequest request,
        Answer<Download> answered,
        Representation representation
    )
    {
        if (answered.Body is not { } download)
        {
            await answered.Problem!.WriteAsync(context);
            return;
        }

        context.RowsReturned(download.Rows);
        // A workbook is packed as it is.
        var coding =
            download.Format == DownloadFormat.Xlsx
                ? ContentCoding.Identity
                : ContentCodings.Accepted(context.Request.Headers.AcceptEncoding);
        context.Response.Headers[PictureHeader] = request.Picture.Id;
        context.Response.Headers[SyntheticHeader] = request.Picture.IsSynthetic ? "true" : "false";
        var canonical = request.Query.Canonical(request.Path);
        var etag = EntityTag.Of(request.Picture.Id, canonical, representation, coding);
        if (StoredResponse.Has(context, etag, StoredResponse.PictureCacheControl))
        {
            return;
        }

        var response = context.Response;
        response.ContentType = download.MediaType;
        response.Headers.ContentDisposition = $"attachment; filename=\"{download.FileName}\"";
        if (coding.HeaderValue() is { } packing)
        {
            response.Headers.ContentEncoding = packing;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var receiver = new Receiver(context);
        if (coding == ContentCoding.Identity)
        {
            await download.WriteAsync(receiver, context.RequestAborted);
            return;
        }

        await using var packed = coding.PackInto(receiver);
        await download.WriteAsync(packed, context.RequestAborted);
    }
}
