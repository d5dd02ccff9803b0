using System.Runtime.ExceptionServices;

namespace Lagesbild.Tests;

/// <summary>Many cases on threads of their own: the pool's are needed by tests that wait for sockets and databases.</summary>
internal static class Many
{
    public static void Run(int cases, Action<int> run)
    {
        var next = -1;
        Exception? failure = null;
        var threads = Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ => new Thread(() =>
            {
                try
                {
                    for (
                        var i = Interlocked.Increment(ref next);
                        i < cases && failure is null && !TestContext.Current.CancellationToken.IsCancellationRequested;
                        i = Interlocked.Increment(ref next)
                    )
                    {
                        run(i);
                    }
                }
                catch (Exception thrown)
                {
                    Interlocked.CompareExchange(ref failure, thrown, null);
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }
}
