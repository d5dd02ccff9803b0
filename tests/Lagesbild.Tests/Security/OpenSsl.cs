using System.Diagnostics;

namespace Lagesbild.Tests.Security;

/// <summary>
/// OpenSSL's own TLS client, for what the platform's does not do: renegotiate, carry a session from one identity to another,
/// show a certificate that is too weak.
/// </summary>
internal static class OpenSsl
{
    public static string Request(string path = SecureHost.Who) =>
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    /// <summary>Says the lines in turn, each when the output holds the words before it, and returns all that came back.</summary>
    public static async Task<string> ClientAsync(
        SecureHost host,
        string arguments,
        params (string? After, string Say)[] conversation
    )
    {
        var start = new ProcessStartInfo("openssl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("s_client");
        foreach (
            var argument in $"-connect 127.0.0.1:{host.Https.Port} -servername localhost {arguments}".Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            )
        )
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var hung = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hung.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            var said = new Transcript();
            var output = said.ReadAsync(process.StandardOutput, hung.Token);
            var errors = said.ReadAsync(process.StandardError, hung.Token);
            var both = Task.WhenAll(output, errors);
            foreach (var (after, say) in conversation)
            {
                if (after is not null)
                    await Task.WhenAny(said.Until(after), both);
                try
                {
                    await process.StandardInput.WriteAsync(say.AsMemory(), hung.Token);
                    await process.StandardInput.FlushAsync(hung.Token);
                }
                catch (IOException)
                {
                    // It has gone, which the transcript tells.
                }
            }
            await both;
            await process.WaitForExitAsync(hung.Token);
            return said.Text;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private sealed class Transcript
    {
        private readonly Lock _lock = new();
        private readonly List<(string Words, TaskCompletionSource Heard)> _waiting = [];

        public string Text { get; private set; } = "";

        public async Task ReadAsync(StreamReader reader, CancellationToken cancellationToken)
        {
            var buffer = new char[4096];
            while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                lock (_lock)
                {
                    Text += new string(buffer, 0, read);
                    foreach (var (words, heard) in _waiting)
                        if (Text.Contains(words, StringComparison.Ordinal))
                            heard.TrySetResult();
                }
        }

        public Task Until(string words)
        {
            lock (_lock)
            {
                if (Text.Contains(words, StringComparison.Ordinal))
                    return Task.CompletedTask;
                var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((words, heard));
                return heard.Task;
            }
        }
    }
}
