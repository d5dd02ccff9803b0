using System.CommandLine;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild check</c>: a register's data manager tries a file without a server.</summary>
public static class CheckCommand
{
    public static Command Create() => new("check", "Check delivery files without a server.");
}
