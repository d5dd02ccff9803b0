namespace Lagesbild.Tests.Ledger;

/// <summary>A folder of one test, inside the checkout and ignored by git; gone with the test.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        FullName = Path(Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(FullName);
    }

    public string FullName { get; }

    public static string Path(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(root.FullName, "Lagesbild.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run outside the checkout.");
        }

        return System.IO.Path.Combine(root.FullName, ".test", name);
    }

    public string Inside(params string[] names) => System.IO.Path.Combine([FullName, .. names]);

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
