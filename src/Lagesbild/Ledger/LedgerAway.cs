using System.Net.Sockets;
using Npgsql;

namespace Lagesbild.Ledger;

/// <summary>Tells the database's being away from faults: the one passes, the others want mending.</summary>
public static class LedgerAway
{
    public static bool Is(Exception failure) => Find(failure) is not null;

    /// <summary>Why it is away, on one line.</summary>
    public static string Why(Exception failure)
    {
        var found = Find(failure) ?? failure;
        return (found.GetBaseException() is SocketException socket ? socket : found).Message.ReplaceLineEndings(" ");
    }

    // EF wraps what may pass in an exception of its own.
    private static Exception? Find(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (
                e is PostgresException answered
                    ? IsAway(answered.SqlState)
                    : e is NpgsqlException or AggregateException { InnerException: NpgsqlException }
            )
            {
                return e;
            }
        }

        return null;
    }

    // Connection lost (08), too many or no room (53), going down or starting (57P), no such database (3D), not let in (28),
    // closed to all (55000).
    private static bool IsAway(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState.StartsWith("3D", StringComparison.Ordinal)
        || sqlState.StartsWith("28", StringComparison.Ordinal)
        || sqlState == "55000";
}
