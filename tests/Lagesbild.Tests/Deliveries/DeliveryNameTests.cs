using Lagesbild.Deliveries;

namespace Lagesbild.Tests.Deliveries;

public sealed class DeliveryNameTests
{
    [Theory]
    [InlineData("SPOR_2026-11-21.zip", 1)]
    [InlineData("SPOR_2026-11-21_2.zip", 2)]
    [InlineData("SPOR_2026-11-21_99.zip", 99)]
    public void A_name_says_source_date_and_correction(string name, int correction)
    {
        var result = Reading.Read(name, SporFile.Good().ToBytes());
        Assert.Equal("SPOR", result.Source!.Code);
        Assert.Equal(new DeliveryVersion(new DateOnly(2026, 11, 21), correction), result.Version);
        Assert.Equal(result.Version, result.Contents!.Version);
    }

    [Theory]
    [InlineData("SPOR_2026-11-21_1.zip")]
    [InlineData("SPOR_2026-11-21_02.zip")]
    [InlineData("SPOR_2026-11-21_100.zip")]
    [InlineData("SPOR_2026-11-21_٢.zip")]
    [InlineData("SPOR_2026-11-31.zip")]
    [InlineData("SPOR_2026-1-21.zip")]
    [InlineData("SPOR_20261121.zip")]
    [InlineData("spor_2026-11-21.zip")]
    [InlineData("SPOR_2026-11-21.ZIP")]
    [InlineData("SPOR_2026-11-21.zip.txt")]
    [InlineData("SPOR_2026-11-21.jsonl.gz")]
    [InlineData("XYZ_2026-11-21.zip")]
    [InlineData("SPOR_2026-11-21.zip\n")]
    [InlineData("../SPOR_2026-11-21.zip")]
    [InlineData("")]
    public void Any_other_name_is_refused(string name)
    {
        foreach (var culture in Reading.Cultures)
        {
            var result = Reading.Under(culture, () => Reading.Read(name, SporFile.Good().ToBytes()));
            Assert.Equal(1, result.Findings.Counts["file-name"]);
            Assert.Null(result.Contents);
        }
    }

    [Fact]
    public void A_file_in_another_sources_folder_is_refused()
    {
        var result = Reading.Read("SPOR_2026-11-21.zip", SporFile.Good().ToBytes(), expectedSource: "NCR");
        Assert.Equal(1, result.Findings.Counts["file-name"]);
        Assert.Null(result.Contents);
    }

    [Fact]
    public void A_personal_number_in_the_name_is_reported_and_not_repeated()
    {
        var result = Reading.Read("19121212-1212.zip", [1]);
        Assert.Contains("personal-identity-number", result.Findings.Counts.Keys);
        Assert.DoesNotContain("1212", Reading.Told(result), StringComparison.Ordinal);
    }

    [Fact]
    public void A_delivery_must_be_later_than_the_published_and_not_of_tomorrow()
    {
        var bytes = SporFile.Good().ToBytes();
        DeliveryResult At(string name, int day, int correction) =>
            Reading.Read(name, bytes, published: new DeliveryVersion(new DateOnly(2026, 11, day), correction));
        Assert.NotNull(At("SPOR_2026-11-21.zip", 20, 7).Contents);
        Assert.NotNull(At("SPOR_2026-11-21_2.zip", 21, 1).Contents);
        Assert.NotNull(At("SPOR_2026-11-21_10.zip", 21, 9).Contents);
        Assert.Contains("reference-date", At("SPOR_2026-11-21.zip", 21, 1).Findings.Counts.Keys);
        Assert.Contains("reference-date", At("SPOR_2026-11-21.zip", 21, 2).Findings.Counts.Keys);
        Assert.Contains("reference-date", At("SPOR_2026-11-21_3.zip", 22, 1).Findings.Counts.Keys);
        var early = Reading.Read("SPOR_2026-11-21.zip", bytes, today: new DateOnly(2026, 11, 20));
        Assert.Contains("reference-date", early.Findings.Counts.Keys);
        Assert.NotNull(Reading.Read("SPOR_2026-11-21.zip", bytes, today: new DateOnly(2026, 11, 21)).Contents);
    }

    [Fact]
    public void Invented_data_are_refused_outside_demonstration_and_test()
    {
        var synthetic = Reading.Read("SPOR_2026-11-21.zip", SporFile.Good().ToBytes(), allowSynthetic: false);
        Assert.Contains("synthetic", synthetic.Findings.Counts.Keys);
        Assert.Null(synthetic.Contents);
        var real = SporFile.Good();
        real.Manifest["syntetisk"] = false;
        Assert.NotNull(Reading.Read(real.Name, real.ToBytes(), allowSynthetic: false).Contents);
    }
}
