using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lagesbild.Commands;
using Lagesbild.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Quartz;

namespace Lagesbild.Tests.Security;

/// <summary>Revoked means out, and so does not knowing; and nobody ever waits for a list.</summary>
public sealed class RevocationTests(PkiFixture pki) : IClassFixture<PkiFixture>, IDisposable
{
    private const string Person = "ca/person-hsa-id-3";
    private const string Root = "ca/root";
    private const string Function = "ca/function";

    private readonly string _folder = Directory.CreateTempSubdirectory("lists").FullName;
    private readonly PinnedClock _clock = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Who_stands_in_no_list_is_let_in_and_who_stands_in_one_is_not()
    {
        await using var host = await StartAsync(List(Root), List(Person) with { Revoked = [pki["operator"]] });
        Assert.Null(await ReasonAsync(host, "navigator"));
        Assert.Equal("revoked", await ReasonAsync(host, "operator"));
        // Of a CA whose list has not come.
        Assert.Equal("revocation-unknown", await ReasonAsync(host, "region-system"));
    }

    [Theory]
    [InlineData(Person)]
    [InlineData(Root)]
    public async Task Without_the_list_of_every_CA_on_the_way_nobody_is_let_in(string missing)
    {
        await using var host = await StartAsync(List(missing == Root ? Person : Root));
        Assert.Equal("revocation-unknown", await ReasonAsync(host, "navigator"));
        await host.Get<RevocationFeed>().PassAsync(Cancelled);
        Assert.Contains(
            host.Log,
            line =>
                line.StartsWith("Error", StringComparison.Ordinal)
                && line.Contains("There is no revocation list", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_issuing_CA_that_its_root_has_revoked_lets_nobody_in()
    {
        await using var host = await StartAsync(
            List(Root) with
            {
                Revoked = [pki[Person]],
            },
            List(Person),
            List(Function)
        );
        Assert.Equal("revoked", await ReasonAsync(host, "navigator"));
        Assert.Null(await ReasonAsync(host, "region-system"));
    }

    [Fact]
    public async Task A_list_that_runs_out_closes_the_door_on_open_connections_too()
    {
        var list = List(Person) with { NextUpdate = _clock.Now.AddSeconds(30) };
        await using var host = await StartAsync(List(Root), list);
        using var client = host.Client(pki["navigator"]);
        Assert.Null(await ReasonAsync(client));
        _clock.Now = list.NextUpdate!.Value.AddSeconds(1);
        Assert.Equal("revocation-unknown", await ReasonAsync(client));
        // Who had been revoked stays so.
        await using var other = await StartAsync(
            List(Root),
            list with
            {
                Number = 2,
                NextUpdate = _clock.Now.AddSeconds(30),
                Revoked = [pki["operator"]],
            }
        );
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal("revoked", await ReasonAsync(other, "operator"));
    }

    // And what the log says of it; null where it is sound, but does not speak for the navigator's certificate.
    public static TheoryData<string, string?> Untrustworthy =>
        new()
        {
            { "run out", "it held until" },
            { "not begun", "it begins to hold" },
            { "without an end", "does not say when the next one comes" },
            { "another CA's key", "its signature is not" },
            { "the twin's key", "its signature is not" },
            { "another CA's list", null },
            { "the list of a stranger of the same name", "its signature is not" },
            { "SHA-1", "its signature is not" },
            { "signature altered", "its signature is not" },
            { "changes only", "changes only" },
            { "unknown critical extension", "The unknown critical extension 1.2.3.4" },
            { "unknown critical extension of an entry", "An entry with the unknown critical extension" },
            { "authorities only", null },
            { "some reasons only", "some reasons only" },
            { "for several issuers", "for several issuers" },
            { "another place", null },
            { "not a list", "cannot be read" },
            { "nothing", "cannot be read" },
            { "PEM of a certificate", "PEM of something else" },
        };

    [Theory]
    [MemberData(nameof(Untrustworthy))]
    public async Task What_cannot_be_relied_on_is_as_good_as_none(string how, string? why)
    {
        var good = List(Person);
        static byte[] Scope(byte tag, params byte[] value) =>
            [0x30, (byte)(value.Length + 2), tag, (byte)value.Length, .. value];
        WrittenList Limited(byte[] scope) => good with { More = [("2.5.29.28", true, scope)] };
        var list = how switch
        {
            "run out" => (
                good with
                {
                    ThisUpdate = _clock.Now.AddDays(-9),
                    NextUpdate = _clock.Now.AddSeconds(-1),
                }
            ).Encode(),
            "not begun" => (good with { ThisUpdate = _clock.Now.AddMinutes(1) }).Encode(),
            "without an end" => (good with { NextUpdate = null }).Encode(),
            "another CA's key" => (good with { SignedBy = Function }).Encode(),
            "the twin's key" => (good with { SignedBy = "ca/twin-person-hsa-id-3" }).Encode(),
            "another CA's list" => List(Function).Encode(),
            "the list of a stranger of the same name" => List("ca/other-person-hsa-id-3").Encode(),
            "SHA-1" => (good with { Hash = HashAlgorithmName.SHA1 }).Encode(),
            "signature altered" => Altered(good.Encode()),
            "changes only" => (good with { More = [("2.5.29.27", true, [2, 1, 1])] }).Encode(),
            "unknown critical extension" => (good with { More = [("1.2.3.4", true, [5, 0])] }).Encode(),
            "unknown critical extension of an entry" => (
                good with
                {
                    Revoked = [pki["operator"]],
                    OnEntries = [("2.5.29.29", true, [0x30, 0])],
                }
            ).Encode(),
            "authorities only" => Limited(Scope(0x82, 0xff)).Encode(),
            "some reasons only" => Limited(Scope(0x83, 6, 0x40)).Encode(),
            "for several issuers" => Limited(Scope(0x84, 0xff)).Encode(),
            "another place" => Limited(Scope(0xa0, 0xa0, 3, 0x86, 1, (byte)'x')).Encode(),
            "not a list" => pki["navigator"].RawData,
            "nothing" => [],
            _ => Encoding.ASCII.GetBytes(pki["navigator"].ExportCertificatePem()),
        };
        await using var host = await StartAsync([List(Root).Encode(), list]);
        Assert.Equal("revocation-unknown", await ReasonAsync(host, "navigator"));
        var refused = host.Log.Where(line => line.Contains("was not taken", StringComparison.Ordinal));
        if (why is null)
            Assert.Empty(refused);
        else
            Assert.Contains(why, Assert.Single(refused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PEM")]
    [InlineData("SHA-384")]
    [InlineData("unnumbered")]
    [InlineData("holders only")]
    [InlineData("the certificate's own place")]
    public async Task A_list_comes_in_more_than_one_form(string form)
    {
        const string place = "http://crl.example/person.crl";
        byte[] uri = [0x86, (byte)place.Length, .. Encoding.ASCII.GetBytes(place)];
        byte[] point = [0xa0, (byte)(uri.Length + 2), 0xa0, (byte)uri.Length, .. uri];
        var good = List(Person);
        var list = form switch
        {
            "PEM" => Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", good.Encode())),
            "SHA-384" => (good with { Hash = HashAlgorithmName.SHA384 }).Encode(),
            "unnumbered" => (good with { Number = null }).Encode(),
            "holders only" => (good with { More = [("2.5.29.28", true, [0x30, 3, 0x81, 1, 0xff])] }).Encode(),
            _ => (good with { More = [("2.5.29.28", true, [0x30, (byte)point.Length, .. point])] }).Encode(),
        };
        await using var host = await StartAsync([List(Root).Encode(), list]);
        using var certificate = IssuedCertificate.By(
            pki.Pki,
            Person,
            IssuedCertificate.Person("SE2321000180-EXPRV1"),
            [CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([place])]
        );
        using var client = host.Client(certificate);
        Assert.Null(await ReasonAsync(client));
    }

    [Fact]
    public async Task No_byte_of_a_list_can_be_changed()
    {
        await using var host = await StartAsync(List(Root));
        var lists = host.Get<RevocationLists>();
        var good = (List(Person) with { Revoked = [pki["operator"]] }).Encode();
        for (var i = 0; i < good.Length; i++)
            foreach (var bit in new byte[] { 0x01, 0x20, 0x80 })
            {
                var bad = good.ToArray();
                bad[i] ^= bit;
                Assert.False(lists.Offer(bad, "a test"), $"byte {i}, bit {bit}");
            }
        for (var length = 0; length < good.Length; length += 7)
            Assert.False(lists.Offer(good[..length], "a test"));
        Assert.False(lists.Offer([.. good, 0], "a test"));
        Assert.True(lists.Offer(good, "a test"));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, -1)]
    [InlineData(6, -1)]
    [InlineData(null, 1)]
    public async Task A_list_older_than_the_one_held_forgives_nobody(int? number, int hoursLater)
    {
        var held = List(Person) with { Number = 5, Revoked = [pki["operator"]] };
        await using var host = await StartAsync(List(Root), held);
        var older = List(Person) with { Number = number, ThisUpdate = held.ThisUpdate.AddHours(hoursLater) };
        Assert.False(host.Get<RevocationLists>().Offer(older.Encode(), "a test"));
        Assert.Equal("revoked", await ReasonAsync(host, "operator"));
    }

    [Fact]
    public async Task A_newer_list_counts_at_once_on_open_connections_too()
    {
        await using var host = await StartAsync(List(Root), List(Person));
        using var client = host.Client(pki["operator"]);
        Assert.Null(await ReasonAsync(client));
        Put("newer.crl", (List(Person) with { Number = 2, Revoked = [pki["operator"]] }).Encode());
        await host.Get<RevocationFeed>().PassAsync(Cancelled);
        Assert.Equal("revoked", await ReasonAsync(client));
    }

    [Fact]
    public async Task Lists_outlast_a_restart_and_an_older_one_is_older_after_it_too()
    {
        var kept = Path.Combine(_folder, "kept");
        var held = List(Person) with { Number = 5, Revoked = [pki["operator"]] };
        await using (await StartAsync([List(Root).Encode(), held.Encode()], ("RevocationLists:Kept", kept))) { }
        foreach (var file in Directory.EnumerateFiles(_folder))
            File.Delete(file);
        await using var again = await StartAsync(
            [(held with { Number = 4, Revoked = [] }).Encode()],
            ("RevocationLists:Kept", kept)
        );
        Assert.Null(await ReasonAsync(again, "navigator"));
        Assert.Equal("revoked", await ReasonAsync(again, "operator"));
    }

    [Fact]
    public async Task A_list_that_has_been_tampered_with_on_disk_does_not_come_back()
    {
        var kept = Path.Combine(_folder, "kept");
        await using (await StartAsync([List(Root).Encode(), List(Person).Encode()], ("RevocationLists:Kept", kept))) { }
        foreach (var file in Directory.EnumerateFiles(_folder))
            File.Delete(file);
        foreach (var file in Directory.EnumerateFiles(kept))
            File.WriteAllBytes(file, Altered(File.ReadAllBytes(file)));
        await using var again = await StartAsync([], ("RevocationLists:Kept", kept));
        Assert.Equal("revocation-unknown", await ReasonAsync(again, "navigator"));
    }

    [Fact]
    public async Task Lists_are_fetched_from_the_configured_addresses_and_never_because_of_a_request()
    {
        await using var publisher = await Publisher.StartAsync();
        publisher.Content["/root.crl"] = List(Root).Encode();
        publisher.Content["/person.crl"] = List(Person).Encode();
        await using var host = await StartAsync(
            [],
            ("RevocationLists:Addresses:0", publisher.Address + "root.crl"),
            ("RevocationLists:Addresses:1", publisher.Address + "person.crl")
        );
        Assert.Equal("revocation-unknown", await ReasonAsync(host, "navigator"));
        Assert.Empty(publisher.Asked);
        var feed = host.Get<RevocationFeed>();
        await feed.PassAsync(Cancelled);
        _clock.Now += TimeSpan.FromSeconds(11); // refusals are remembered for ten
        Assert.Null(await ReasonAsync(host, "navigator"));
        for (var i = 0; i < 20; i++)
            await ReasonAsync(host, "navigator");
        Assert.Equal(["/person.crl", "/root.crl"], publisher.Asked.Order());

        // Not before it is time.
        await feed.PassAsync(Cancelled);
        Assert.Equal(2, publisher.Asked.Count);
        _clock.Now += TimeSpan.FromHours(1);
        await feed.PassAsync(Cancelled);
        Assert.Equal(4, publisher.Asked.Count);
    }

    [Theory]
    [InlineData("/missing")]
    [InlineData("/elsewhere")]
    [InlineData("/endless")]
    [InlineData("closed")]
    public async Task An_address_that_fails_is_tried_again_soon_while_the_list_that_is_held_goes_on(string path)
    {
        await using var publisher = await Publisher.StartAsync();
        publisher.Content["/person.crl"] = List(Person).Encode();
        var address = path == "closed" ? $"http://127.0.0.1:{ClosedPort()}/" : publisher.Address + path[1..];
        await using var host = await StartAsync(
            [List(Root).Encode(), List(Person).Encode()],
            ("RevocationLists:Addresses:0", address)
        );
        var feed = host.Get<RevocationFeed>();
        await feed.PassAsync(Cancelled);
        Assert.Contains(
            host.Log,
            line => line.Contains($"No revocation list from {address}", StringComparison.Ordinal)
        );
        Assert.Null(await ReasonAsync(host, "navigator"));
        Assert.DoesNotContain("/person.crl", publisher.Asked);
        var asked = publisher.Asked.Count;
        await feed.PassAsync(Cancelled);
        Assert.Equal(asked, publisher.Asked.Count);
        _clock.Now += TimeSpan.FromMinutes(5);
        await feed.PassAsync(Cancelled);
        Assert.Equal(path == "closed" ? 0 : asked + 1, publisher.Asked.Count);
    }

    [Fact]
    public async Task An_address_that_never_answers_keeps_no_request_and_no_other_list_waiting()
    {
        await using var publisher = await Publisher.StartAsync();
        publisher.Content["/person.crl"] = (List(Person) with { Number = 2, Revoked = [pki["operator"]] }).Encode();
        await using var host = await StartAsync(
            [List(Root).Encode(), List(Person).Encode()],
            ("RevocationLists:Addresses:0", publisher.Address + "silent"),
            ("RevocationLists:Addresses:1", publisher.Address + "person.crl")
        );
        Assert.Null(await ReasonAsync(host, "operator"));
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var pass = host.Get<RevocationFeed>().PassAsync(stopping.Token);
        await publisher.SilentAsked.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        while (await ReasonAsync(host, "operator") is null)
            Assert.False(pass.IsCompleted);
        Assert.Equal("revoked", await ReasonAsync(host, "operator"));
        Assert.Null(await ReasonAsync(host, "navigator"));
        Assert.False(pass.IsCompleted);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pass);
    }

    [Fact]
    public async Task What_is_put_in_the_folder_waits_for_no_address()
    {
        await using var publisher = await Publisher.StartAsync();
        await using var host = await StartAsync(
            [List(Root).Encode(), List(Person).Encode()],
            ("RevocationLists:Addresses:0", publisher.Address + "silent")
        );
        using var client = host.Client(pki["operator"]);
        Assert.Null(await ReasonAsync(client));
        var job = new RevocationJob(host.Get<RevocationFeed>(), host.Get<IHostApplicationLifetime>());
        await job.Execute(null!, Cancelled).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        await publisher.SilentAsked.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        Put("newer.crl", (List(Person) with { Number = 2, Revoked = [pki["operator"]] }).Encode());
        await job.Execute(null!, Cancelled).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        Assert.Equal("revoked", await ReasonAsync(client));
        // Nor does the alarm: the functions' list is missing.
        Assert.Contains(host.Log, line => line.Contains("There is no revocation list", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_whole_service_looks_for_lists_every_minute()
    {
        var builder = Hosting.CreateBuilder(
            "Test",
            [.. pki.Pki.Configuration, new("ConnectionStrings:Lagesbild", "Host=nowhere.invalid")]
        );
        builder.Logging.ClearProviders();
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        await using var app = Hosting.Build(builder, new Listeners(null, any, any));
        var scheduler = await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(Cancelled);
        var trigger = await scheduler.GetTrigger(new TriggerKey("revocation-lists"), Cancelled);
        var job = await scheduler.GetJobDetail(trigger!.JobKey, Cancelled);
        Assert.Equal(typeof(RevocationJob), job!.JobType.Type);
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.IsAssignableFrom<ISimpleTrigger>(trigger).RepeatInterval);
    }

    [Fact]
    public async Task A_list_that_grows_old_is_reported_before_it_runs_out()
    {
        await using var host = await StartAsync(List(Root), List(Person), List(Function), List("ca/person-hsa-id-2"));
        var feed = host.Get<RevocationFeed>();
        await feed.PassAsync(Cancelled);
        Assert.DoesNotContain(host.Log, line => line.Contains("has not been renewed", StringComparison.Ordinal));
        _clock.Now += TimeSpan.FromHours(40);
        await feed.PassAsync(Cancelled);
        Assert.Contains(
            host.Log,
            line =>
                line.StartsWith("Warning", StringComparison.Ordinal)
                && line.Contains("has not been renewed", StringComparison.Ordinal)
        );
        _clock.Now += TimeSpan.FromHours(40);
        await feed.PassAsync(Cancelled);
        Assert.Contains(
            host.Log,
            line =>
                line.StartsWith("Error", StringComparison.Ordinal)
                && line.Contains("ran out on", StringComparison.Ordinal)
        );
        Assert.All(host.Get<RevocationLists>().SecondsLeft(), left => Assert.True(left.Value < 0));
    }

    [Fact]
    public async Task A_CA_with_RSA_keys_is_as_good_as_one_with_elliptic_curves()
    {
        using var root = RsaAuthority("CN=RSA Root", null);
        using var issuer = RsaAuthority("CN=RSA Issuer", root);
        X509Certificate2 Leaf(byte serial)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(
                IssuedCertificate.Person($"SE2321000180-EXRSA{serial}"),
                key,
                HashAlgorithmName.SHA256
            );
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
            using var issuerKey = issuer.GetRSAPrivateKey()!;
            using var bare = request.Create(
                issuer.SubjectName,
                X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1),
                DateTimeOffset.UtcNow.AddMinutes(-5),
                DateTimeOffset.UtcNow.AddDays(1),
                [0x00, 0x80, serial]
            );
            return bare.CopyWithPrivateKey(key);
        }
        using var good = Leaf(1);
        using var bad = Leaf(2);
        byte[] ListOf(X509Certificate2 authority, params X509Certificate2[] revoked)
        {
            var builder = new CertificateRevocationListBuilder();
            foreach (var certificate in revoked)
                builder.AddEntry(certificate);
            return builder.Build(
                authority,
                1,
                DateTimeOffset.UtcNow.AddDays(2),
                HashAlgorithmName.SHA512,
                RSASignaturePadding.Pkcs1,
                DateTimeOffset.UtcNow.AddHours(-1)
            );
        }
        string Pem(string name, X509Certificate2 certificate)
        {
            var file = Path.Combine(_folder, name);
            File.WriteAllText(file, certificate.ExportCertificatePem());
            return file;
        }
        await using var host = await StartAsync(
            [ListOf(root), ListOf(issuer, bad)],
            ("Roots:1", Pem("root.cer", root)),
            ("Issuers:3:Certificate", Pem("issuer.cer", issuer)),
            ("Issuers:3:Kind", "person"),
            ("Issuers:3:LevelOfAssurance", "3")
        );
        using var first = host.Client(good);
        Assert.Null(await ReasonAsync(first));
        using var second = host.Client(bad);
        Assert.Equal("revoked", await ReasonAsync(second));
    }

    [Fact]
    public async Task Only_outside_Production_may_lists_be_done_without()
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, environment: "Production", settings: [("Revocation", "None")])
        );
        Assert.Contains("Security:Revocation: None", wrong.Message, StringComparison.Ordinal);
        await using var host = await StartAsync([], ("Revocation", "None"));
        Assert.Null(await ReasonAsync(host, "operator"));
    }

    [Theory]
    [InlineData(
        "RevocationLists:Addresses:0",
        "ldap://crl.example/",
        "Security:RevocationLists:Addresses:0: must begin with http"
    )]
    [InlineData(
        "RevocationLists:Folder",
        "nowhere",
        "Security:RevocationLists:Folder: the folder nowhere does not exist"
    )]
    [InlineData("RevocationLists:Folder", null, "Security:RevocationLists: Addresses or a Folder are needed")]
    [InlineData("RevocationLists:Kept", "", "Security:RevocationLists:Kept: names no folder")]
    [InlineData("RevocationLists:Every", "00:00:01", "Security:RevocationLists:Every: must be at least one minute")]
    public async Task A_wrong_value_is_told_by_its_key_at_start(string key, string? value, string message)
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            SecureHost.StartAsync(pki.Pki, settings: [(key, value)])
        );
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
    }

    private WrittenList List(string authority) => new(pki.Pki, authority);

    private void Put(string name, byte[] content) => File.WriteAllBytes(Path.Combine(_folder, name), content);

    private Task<SecureHost> StartAsync(params WrittenList[] lists) => StartAsync([.. lists.Select(l => l.Encode())]);

    private Task<SecureHost> StartAsync(byte[][] lists, params (string, string?)[] settings)
    {
        foreach (var (i, list) in lists.Index())
            Put($"{i}.crl", list);
        return SecureHost.StartAsync(pki.Pki, _clock, settings: [("RevocationLists:Folder", _folder), .. settings]);
    }

    private static byte[] Altered(byte[] list)
    {
        list[^10] ^= 1;
        return list;
    }

    private static X509Certificate2 RsaAuthority(string name, X509Certificate2? issuer)
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(9));
        if (issuer is null)
            return request.CreateSelfSigned(from, to);
        using var bare = request.Create(issuer, from, to.AddDays(-1), [3]);
        return bare.CopyWithPrivateKey(key);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<string?> ReasonAsync(SecureHost host, string name)
    {
        using var client = host.Client(pki[name]);
        return await ReasonAsync(client);
    }

    /// <summary>Null: the certificate was accepted.</summary>
    private static async Task<string?> ReasonAsync(HttpClient client)
    {
        using var response = await client.GetAsync(SecureHost.Who, Cancelled);
        if (response.StatusCode == HttpStatusCode.OK)
            return null;
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        return problem.GetProperty("reason").GetString();
    }

    /// <summary>A CA's web server, in its various moods.</summary>
    private sealed class Publisher : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Publisher(WebApplication app) => _app = app;

        public ConcurrentDictionary<string, byte[]> Content { get; } = new();
        public ConcurrentQueue<string> Asked { get; } = [];
        public TaskCompletionSource SilentAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public string Address => _app.Urls.Single() + "/";

        public static async Task<Publisher> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            var publisher = new Publisher(app);
            app.Run(publisher.AnswerAsync);
            await app.StartAsync(Cancelled);
            return publisher;
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            var path = context.Request.Path.Value!;
            Asked.Enqueue(path);
            if (Content.TryGetValue(path, out var content))
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
            else if (path == "/elsewhere")
                context.Response.Redirect("/person.crl");
            else if (path == "/endless")
                context.Response.ContentLength = RevocationFeed.LargestList + 1L;
            else if (path == "/silent")
            {
                SilentAsked.TrySetResult();
                var gone = new TaskCompletionSource();
                await using var watch = context.RequestAborted.Register(gone.SetResult);
                await gone.Task;
            }
            else
                context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
