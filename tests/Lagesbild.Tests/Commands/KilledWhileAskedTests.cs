using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Lagesbild.Ledger;
using Lagesbild.Security;
using Lagesbild.Tests.Jobs;
using Lagesbild.Tests.Ledger;

namespace Lagesbild.Tests.Commands;

/// <summary>
/// The real process, killed (SIGKILL) while a register hands a file in over the API, or an operator decides. Whoever got no answer
/// asks again, as he would, and in the end everything has been done exactly once. <c>LAGESBILD_KILLS</c> and
/// <c>LAGESBILD_SEED</c> as for the inbox.
/// </summary>
public sealed class KilledWhileAskedTests(ITestOutputHelper output)
{
    private const string Api = "lagesbild/v1/";

    private static readonly DateOnly FirstDay = new(2024, 1, 1);

    // Words of the log that a step is known by: every statement to the database is a line.
    private static readonly string[] Steps =
    [
        "pg_try_advisory_xact_lock",
        "INSERT INTO delivery_content",
        "INSERT INTO operator_decisions",
        "UPDATE deliveries",
        "INSERT INTO publications",
        "pg_notify",
        "Committing transaction",
        "Committed transaction",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What somebody asks for; asked again after a kill, it must be answered as if nothing had happened.</summary>
    private delegate Task Question(Callers callers);

    private sealed record Callers(HttpClient Register, HttpClient Operator);

    [Fact]
    public async Task Whoever_asks_again_after_a_kill_finds_it_done_once()
    {
        var (kills, seed) = (Killing.Setting("LAGESBILD_KILLS", 12), Killing.Setting("LAGESBILD_SEED", 20261122));
        var chance = new Random(seed);
        using var folder = new TestFolder();
        await using var node = await Node.CreateAsync();
        var pki = DevelopmentPki.Open(folder.Inside("certs"), TimeProvider.System);
        var story = new Story(node);
        var hit = new HashSet<string>();
        Question? open = null;
        for (var round = 0; round <= kills; round++)
        {
            using var serving = new Killing(node, pki);
            var address = await serving.AddressAsync();
            using var register = Client(pki, "register-ncr", address);
            using var operators = Client(pki, "operator", address);
            var callers = new Callers(register, operators);
            if (open is not null)
            {
                await open(callers);
            }

            if (round == kills)
            {
                await serving.KillAsync();
                break;
            }

            open = story.Next(round);
            var step = Steps[chance.Next(Steps.Length)];
            serving.Await(step);
            // Not every question takes every step: then it is killed once it has answered.
            var asking = AskAsync(open, callers);
            if (await serving.KillAtStepAsync(Killing.Delay(chance), asking))
            {
                hit.Add(step);
            }

            await asking;
        }

        output.WriteLine($"{kills} kills, seed {seed}, steps {string.Join(", ", hit)}");
        Assert.True(hit.Count > 3, string.Join(", ", hit));
        await story.JudgeAsync();
    }

    /// <summary>Files and orders, one after another, and what should be in the ledger of them.</summary>
    private sealed class Story(Node node)
    {
        private readonly List<(string FileName, DeliveryState State)> _files = [];
        private int _publications;
        private int _decisions;
        private int _patients = 100;
        private Guid _held;
        private Guid _before;

        public Question Next(int round) =>
            (round % 4) switch
            {
                0 => HandIn(SmallDelivery.Ncr(FirstDay.AddDays(round), ++_patients), DeliveryState.Published),
                // Twice as much as yesterday: held.
                1 => HandIn(
                    SmallDelivery.Ncr(FirstDay.AddDays(round), ballast: 2 * SmallDelivery.Ballast),
                    DeliveryState.Held
                ),
                2 => Release(),
                _ => Restore(),
            };

        public async Task JudgeAsync()
        {
            await node.Keeper.FollowAsync(Cancellation);
            var rows = (await node.DeliveriesAsync()).ToLookup(d => d.FileName);
            Assert.Equal(_files.Select(f => f.FileName).Order(), rows.Select(r => r.Key).Order());
            foreach (var (fileName, state) in _files)
            {
                var row = Assert.Single(rows[fileName]);
                var isOver = state == DeliveryState.Published && row.State == DeliveryState.Superseded;
                Assert.True(row.State == state || isOver, $"{fileName} {row.State}");
            }

            Assert.Equal(_publications, await CountAsync("publications"));
            Assert.Equal(_decisions, await CountAsync("operator_decisions"));
            Assert.Equal(_patients, node.Shown("CJE"));
            // Nobody's half of a file is left where bodies are written down as they come.
            Assert.Empty(Directory.GetFiles(node.InboxFolder, "*.tmp", SearchOption.AllDirectories));
        }

        private Task<long> CountAsync(string table) =>
            TestPostgres.ScalarAsync<long>(node.Database, "SELECT count(*) FROM " + table);

        private Question HandIn(SmallDelivery delivery, DeliveryState state)
        {
            _files.Add((delivery.FileName, state));
            _publications += state == DeliveryState.Published ? 1 : 0;
            return async callers =>
            {
                using var body = new ByteArrayContent(delivery.Content);
                body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                using var response = await callers.Register.PutAsync(
                    $"{Api}sources/NCR/deliveries/{delivery.FileName}",
                    body,
                    Cancellation
                );
                var text = await response.Content.ReadAsStringAsync(Cancellation);
                var expected = state == DeliveryState.Held ? HttpStatusCode.Accepted : HttpStatusCode.Created;
                Assert.True(response.StatusCode == expected, $"{delivery.FileName} {response.StatusCode} {text}");
                var id = JsonDocument.Parse(text).RootElement.GetProperty("delivery").GetProperty("id").GetGuid();
                if (state == DeliveryState.Held)
                {
                    _held = id;
                }
            };
        }

        private Question Release()
        {
            (_publications, _decisions) = (_publications + 1, _decisions + 1);
            var index = _files.FindLastIndex(f => f.State == DeliveryState.Held);
            _files[index] = _files[index] with { State = DeliveryState.Published };
            Guid? before = null;
            return async callers =>
            {
                // What is shown before the first time of asking.
                before ??= await ShownAsync(callers.Operator);
                _before = before.Value;
                await OrderAsync(callers.Operator, $"deliveries/{_held}/release");
            };
        }

        private Question Restore()
        {
            (_publications, _decisions) = (_publications + 1, _decisions + 1);
            return callers => OrderAsync(callers.Operator, $"pictures/{_before}/restore");
        }

        private static async Task<Guid> ShownAsync(HttpClient client)
        {
            var pictures = await client.GetFromJsonAsync<JsonElement>(Api + "pictures?limit=1", Cancellation);
            return pictures.GetProperty("data")[0].GetProperty("id").GetGuid();
        }

        private static async Task OrderAsync(HttpClient client, string path)
        {
            using var response = await client.PostAsJsonAsync(Api + path, new { reason = "Prov" }, Cancellation);
            Assert.True(
                response.StatusCode == HttpStatusCode.OK,
                $"{path} {response.StatusCode} {await response.Content.ReadAsStringAsync(Cancellation)}"
            );
        }
    }

    // The process may die before it answers.
    private static async Task AskAsync(Question question, Callers callers)
    {
        try
        {
            await question(callers);
        }
        catch (HttpRequestException)
        {
            // No answer: it is asked again.
        }
    }

    private static HttpClient Client(DevelopmentPki pki, string name, Uri address)
    {
        var certificate = X509Certificate2.CreateFromPemFile(pki.CertificateFile(name), pki.KeyFile(name));
        var sockets = new SocketsHttpHandler();
        sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
#pragma warning disable CA5359 // Only the client's certificate is what this is about.
        sockets.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return new HttpClient(sockets) { BaseAddress = address };
    }
}
