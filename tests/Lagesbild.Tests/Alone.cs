namespace Lagesbild.Tests;

/// <summary>Tests of what is the whole process's, so that nothing else may run beside them: memory, and who collects traces.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
