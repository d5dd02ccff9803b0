using System.CommandLine;

namespace Lagesbild.Commands;

public static class CertsCommand
{
    public static Command Create() => new("certs");
}
