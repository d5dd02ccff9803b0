namespace Lagesbild.Jobs;

public static class JobsSetup
{
    public static void AddJobs(this IHostApplicationBuilder builder) { }
}
