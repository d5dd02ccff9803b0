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

    [Theory]
    [InlineData("x%2F850709-9805.gz")]
    [InlineData("%2F8507099805")]
    [InlineData("..%2f..%2f8507099805")]
    [InlineData("850709%252D9805")]
    [InlineData("850709%25252D9805")]
    [InlineData("%38507099805.zip")]
    [InlineData("850709%EF%BC%8D9805.zip")]
    [InlineData("850709\uFE0F9805.zip")]
    public void An_escaped_personal_number_in_the_name_is_one(string name)
    {
        var result = Reading.Read(name, [1]);
        Assert.Contains("personal-identity-number", result.Findings.Counts.Keys);
        Assert.Equal(result.Sha256, result.FileName);
        Assert.DoesNotContain("8507", FileNames.Shown(name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("850709&#45;9805.zip")]
    [InlineData("%u0038507099805.zip")]
    [InlineData("\\u0038507099805.zip")]
    public void What_may_be_one_in_another_escape_is_not_repeated_either(string name)
    {
        var result = Reading.Read(name, [1]);
        Assert.Equal(result.Sha256, result.FileName);
        Assert.False(FileNames.IsFit(name));
        Assert.DoesNotContain("507099805", FileNames.Shown(name), StringComparison.Ordinal);
        Assert.DoesNotContain("850709", FileNames.Shown(name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NCR_2026-1-12.jsonl.gz", true)]
    [InlineData("SPOR_2026-11-21 (1).zip", true)]
    [InlineData("Kopia på SPOR_2026-11-21.zip", true)]
    [InlineData("SPOR_2026-11-21%20.zip", false)]
    [InlineData("SPOR/2026-11-21.zip", false)]
    public void An_ordinary_wrong_name_is_repeated_and_one_with_other_characters_is_not(string name, bool isRepeated)
    {
        var result = Reading.Read(name, [1]);
        Assert.Equal(["file-name"], result.Findings.Counts.Keys);
        Assert.Equal(isRepeated ? name : result.Sha256, result.FileName);
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
