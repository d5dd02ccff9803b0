namespace Lagesbild.Pages;

public static class PagesSetup
{
    public static void AddPages(this IHostApplicationBuilder builder) { }

    public static void MapPages(this WebApplication app) { }
}
