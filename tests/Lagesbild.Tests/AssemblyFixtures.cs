[assembly: AssemblyFixture(typeof(Lagesbild.Tests.Ledger.TestPostgresEnd))]
