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

    public static string Path(string name) => System.IO.Path.Combine(Checkout.Root, ".test", name);

    public string Inside(params string[] names) => System.IO.Path.Combine([FullName, .. names]);

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
