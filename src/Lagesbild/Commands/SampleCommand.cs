using System.CommandLine;

namespace Lagesbild.Commands;

public static class SampleCommand
{
    public static Command Create() => new("sample");
}
