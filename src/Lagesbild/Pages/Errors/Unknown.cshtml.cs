using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Errors;

/// <summary>Where every address leads that nothing else answers.</summary>
public sealed class UnknownModel : PageModel
{
    public IActionResult OnGet() => this.Missing(Nothing.Page);
}
