using Lagesbild.Deliveries;
using Lagesbild.Ledger;
using Lagesbild.Picture;
using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.About;

/// <summary>What the figures are, and what they are not. Stands also before the first delivery.</summary>
[Authorize(Roles.Reader)]
public sealed class AboutModel(Shell shell, SourceReaders readers, RetentionOptions retention) : PageModel
{
    public Shell Shell => shell;
    public Notes Notes { get; private set; } = null!;

    /// <summary>Every source that may deliver, with what it has delivered.</summary>
    public IReadOnlyList<(Source Source, PictureSource? Delivered)> Sources { get; private set; } = [];

    public RetentionOptions Retention => retention;

    public void OnGet()
    {
        Notes = Notes.Except(Request.Query);
        Sources =
        [
            .. readers
                .All.Select(reader => reader.Source)
                .OrderBy(source => source.Code, StringComparer.Ordinal)
                .Select(source => (source, shell.Picture?.Sources.FirstOrDefault(s => s.Source.Code == source.Code))),
        ];
    }

    public static string Name(FreshnessState state) =>
        state switch
        {
            FreshnessState.Fresh => "aktuell",
            FreshnessState.Late => "försenad",
            _ => "gammal",
        };
}
