using System.CommandLine;
using Lagesbild.Security;

namespace Lagesbild.Commands;

/// <summary><c>lagesbild certs --out DIR</c>: the development PKI.</summary>
public static class CertsCommand
{
    public static Command Create()
    {
        var directory = new Option<string>("--out")
        {
            Description = "Folder for the certificates; what is valid in it is kept, what has expired is renewed",
            Required = true,
            HelpName = "DIR",
        };
        var command = new Command("certs", "Make certificates for development and tests") { directory };
        command.SetAction(result => Run(result.GetRequiredValue(directory), result.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string directory, TextWriter output)
    {
        try
        {
            var pki = DevelopmentPki.Open(directory, TimeProvider.System);
            output.WriteLine(
                $"""
                {pki.Directory}: {pki.Made.Count} made or renewed, {pki.Kept.Count} kept
                Configuration that trusts them: {pki.ConfigurationFile}
                For a browser: navigator.p12, operator.p12 (password: {DevelopmentPki.Password}), with ca/root.pem as an authority
                With the service on port 5443:
                  {pki.CurlLine(5443)}
                """
            );
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(e.Message);
        }
    }
}
