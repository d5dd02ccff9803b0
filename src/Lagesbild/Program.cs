using System.CommandLine;
using Lagesbild.Commands;

return await CommandLine.RunAsync(
    new RootCommand("Sweden's national waiting-time situational picture (nationella lägesbilden).")
    {
        ServeCommand.Create(),
        DemoCommand.Create(),
        CheckCommand.Create(),
        SampleCommand.Create(),
        CertsCommand.Create(),
    },
    args
);
