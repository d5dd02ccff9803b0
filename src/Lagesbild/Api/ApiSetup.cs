namespace Lagesbild.Api;

public static class ApiSetup
{
    public static void AddApi(this IHostApplicationBuilder builder) { }

    public static void MapApi(this WebApplication app) { }
}
