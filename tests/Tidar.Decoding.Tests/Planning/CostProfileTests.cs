using Tidar.Decoding.Planning;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Planning;

public sealed class CostProfileTests
{
    private static readonly ProfileKey Key = new("a processor", "avx512", 2, "a shape", "int8", null, 8);

    [Fact]
    public void A_profile_is_read_as_it_was_written()
    {
        CostCurve clean = new([1, 8], [0.001, 0.002]), masked = new([2, 64], [0.0015, 0.03]);
        PassCosts costs = new([new ContextCosts(64, clean, masked), new ContextCosts(512, masked, clean)], new CostCurve([1, 4], [0.0001, 0.0003]));
        CostProfile written = new(Key with { Adapter = "K8" }, new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.Zero), costs);
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "new", "profile.json");
        written.Write(path);
        written.Write(path);
        CostProfile read = CostProfile.Read(path);
        Assert.Equal(written.Key, read.Key);
        Assert.Equal(written.ToJson(), read.ToJson());
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(costs.Pass(3, 16, 100), read.Costs.Pass(3, 16, 100));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\": \"tidar-cost-profile\"}")]
    [InlineData("{\"format\": \"tidar-cost-profile\", \"version\": 1}")]
    [InlineData("{\"format\": 5, \"version\": \"one\"}")]
    [InlineData("{\"format\": \"tidar-cost-profile\", \"version\": 1, \"processor\": 3}")]
    public void A_file_that_is_no_profile_is_refused_by_name(string text)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("p.json", text);
        Assert.StartsWith(path, Assert.Throws<InvalidInputException>(() => CostProfile.Read(path)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => CostProfile.Read(folder.File("none")));
    }

    [Fact]
    public void Every_part_of_the_key_tells_profiles_apart()
    {
        ProfileKey[] others =
        [
            Key with { Processor = "x" }, Key with { Tier = "avx2" }, Key with { Threads = 1 }, Key with { Model = "x" }, Key with { Weights = "int4" },
            Key with { Adapter = "x" }, Key with { DraftLength = 4 },
        ];
        Assert.Equal(others.Length + 1, others.Append(Key).Select(k => k.FileName).Distinct().Count());
        Assert.All(others, other => Assert.NotNull(Key.DifferenceFrom(other)));
        Assert.Null(Key.DifferenceFrom(Key with { }));
    }

    [Fact]
    public void What_is_measured_rises_with_the_points_that_were_asked_for_and_fits_a_short_context()
    {
        using WorkerTeam team = new(1);
        ModelConfig config = RandomModel.Config(layers: 1, maxPositions: 40);
        using Transformer model = RandomModel.Create(config, 5, team);
        foreach (PassCosts costs in new[] { CostMeasurement.Quick(model, 8), CostMeasurement.Thorough(model, 5) })
        {
            ContextCosts context = Assert.Single(costs.Contexts);
            Assert.InRange(context.Context, 1, 39);
            Assert.Contains(1, context.Clean.Rows);
            Assert.All(context.Clean.Seconds, s => Assert.InRange(s, 1e-9, 10));
            Assert.True(context.Masked.Rows[^1] >= 25);
        }
    }
}
