using System.Net;
using System.Text;
using Lagesbild.Catalogue;
using Microsoft.AspNetCore.Html;

namespace Lagesbild.Pages;

/// <summary>A contact as links: the number can be pressed on a telephone.</summary>
public static class ContactMarkup
{
    public static HtmlString Of(Contact? contact)
    {
        if (contact is null)
        {
            return new HtmlString("–");
        }

        var markup = new StringBuilder();
        if (contact.Telephone is { } telephone)
        {
            markup.Append("<a href=\"tel:").Append(Swedish.Dialled(telephone)).Append("\">");
            markup.Append(WebUtility.HtmlEncode(telephone)).Append("</a> ");
        }

        if (contact.Web is { } web)
        {
            markup.Append("<a href=\"").Append(WebUtility.HtmlEncode(web));
            markup.Append("\" rel=\"external noreferrer\">Webbsida</a> ");
        }

        if (contact.Note is { } note)
        {
            markup.Append("<small>").Append(WebUtility.HtmlEncode(note)).Append("</small>");
        }

        return new HtmlString(markup.ToString());
    }
}
