using Lagesbild.Benchmarks;

// Whole-system measurements, too long for a harness that repeats each some hundred times; "take-in" and "load" are
// children of others, because what is measured is a process of its own.
return args switch
{
    ["ingest"] => await IngestBenchmark.RunAsync(),
    ["waiting-times"] => await WaitingTimesBenchmark.RunAsync(),
    ["table-page"] => await TablePageBenchmark.RunAsync(),
    ["search"] => await SearchBenchmark.RunAsync(),
    ["search-misses"] => SearchBenchmark.Misses(),
    ["certificates"] => await CertificateBenchmark.RunAsync(),
    ["take-in", var connection, var inbox, var file] => await IngestBenchmark.TakeInAsync(connection, inbox, file),
    ["phases", var file] => IngestBenchmark.Phases(file),
    ["load", var how, var pki, var service, var bare, .. var headers] => await Loader.RunAsync(
        how,
        pki,
        [new Uri(service), new Uri(bare)],
        headers
    ),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "dotnet run -c Release --project tests/Lagesbild.Benchmarks -- ingest|waiting-times|table-page|search|search-misses|certificates"
    );
    return 2;
}
