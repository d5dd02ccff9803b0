namespace Lagesbild.Ledger;

public static class LedgerSetup
{
    public static void AddLedger(this IHostApplicationBuilder builder) { }
}
