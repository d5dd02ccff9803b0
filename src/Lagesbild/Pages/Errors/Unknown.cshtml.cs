using Lagesbild.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Lagesbild.Pages.Errors;

/// <summary>Where every address leads that nothing else answers.</summary>
[Authorize(Roles.Reader)]
public sealed class UnknownModel : PageModel
{
    public IActionResult OnGet() => this.Missing(Nothing.Page);
}
