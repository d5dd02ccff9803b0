using System.Globalization;
using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Receipts;

/// <summary>For operators: what waits for a decision, what has come, and what has been published.</summary>
[Authorize(Roles.Operator)]
[LedgerPage]
public sealed class ListModel(Shell shell, LedgerEntries entries, SourceReaders readers) : PageModel
{
    private const int OnPage = 30;
    private const int Pictures = 15;
    private const int MostHeld = 100;

    public Notes Notes { get; private set; } = null!;
    public Shell Shell => shell;
    public IReadOnlyList<Delivery> Held { get; private set; } = [];
    public IReadOnlyList<Delivery> Rows { get; private set; } = [];
    public int All { get; private set; }
    public int PageNumber { get; private set; } = 1;
    public int LastPage => Math.Max(1, (All + OnPage - 1) / OnPage);
    public string? Source { get; private set; }
    public IEnumerable<string> Sources => readers.All.Select(reader => reader.Source.Code);
    public IReadOnlyList<PictureEntry> Published { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Notes = Notes.Except(Request.Query, "sida", "kalla");
        ReadAddress();
        (Held, _) = await entries.ListAsync(null, DeliveryState.Held, 0, MostHeld, cancellationToken);
        IReadOnlyCollection<string>? sources = Source is null ? null : [Source];
        (Rows, All) = await entries.ListAsync(sources, null, (PageNumber - 1L) * OnPage, OnPage, cancellationToken);
        (Published, _) = await entries.ListPicturesAsync(0, Pictures, cancellationToken);
    }

    public string Address(string? source, int page = 1)
    {
        var address = "/leveranser";
        var separator = '?';
        if (source is not null)
        {
            address += $"{separator}kalla={source}";
            separator = '&';
        }

        return page == 1 ? address : $"{address}{separator}sida={Swedish.Plain(page)}";
    }

    private void ReadAddress()
    {
        if (Request.Query["kalla"] is { Count: > 0 } source)
        {
            Source = Sources.FirstOrDefault(code => code == source);
            if (Source is null)
            {
                Notes.Add("Källan i adressen finns inte: alla källor visas.");
            }
        }

        if (Request.Query["sida"] is { Count: > 0 } page)
        {
            if (int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                PageNumber = number;
            }
            else
            {
                Notes.Add("Sidan i adressen är inget sidnummer: den första visas.");
            }
        }
    }
}
