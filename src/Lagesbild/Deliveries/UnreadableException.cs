namespace Lagesbild.Deliveries;

/// <summary>Ends the reading of a file: what follows would be meaningless. Becomes a finding of the entry being read.</summary>
/// <param name="message">Swedish, without any content of the file.</param>
public sealed class UnreadableException(string code, string message, long? line = null) : Exception(message)
{
    public string Code { get; } = code;

    public long? Line { get; } = line;
}
