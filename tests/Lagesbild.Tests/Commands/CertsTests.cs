using System.CommandLine;
using Lagesbild.Commands;

namespace Lagesbild.Tests.Commands;

public sealed class CertsTests : IDisposable
{
    private readonly string _directory = Path.Combine(AppContext.BaseDirectory, "pki", Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Says_what_it_made_and_how_to_call_the_service_with_it()
    {
        var output = Run();
        Assert.Contains("26 made or renewed, 0 kept", output, StringComparison.Ordinal);
        Assert.Contains("curl --cacert ", output, StringComparison.Ordinal);
        Assert.Contains(
            "'https://localhost:5443/lagesbild/v1/waiting-times?procedure=NGB'",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("0 made or renewed, 26 kept", Run(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_somebody_elses_is_wrong_usage()
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "letter.txt"), "Dear");
        var failure = Assert.Throws<CommandFailedException>(Run);
        Assert.Equal(2, failure.ExitCode);
        Assert.Contains(_directory, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_has_to_be_named() => Assert.NotEmpty(CertsCommand.Create().Parse([]).Errors);

    private string Run()
    {
        using var output = new StringWriter();
        CertsCommand
            .Create()
            .Parse(["--out", _directory])
            .Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return output.ToString();
    }
}
