using Tidar.Decoding.Scoring;

namespace Tidar.Decoding.Tests.Scoring;

/// <summary>The draws behind the estimates.</summary>
public sealed class MaskLotsTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 16)]
    [InlineData(5, 3)]
    [InlineData(6, 16)]
    public void Every_sample_of_a_group_is_uniform_over_numbers_and_then_over_sets(int length, int size)
    {
        const int Draws = 20_000;
        double[] probabilities = [.. Enumerable.Range(0, 1 << length).Select(set =>
        {
            int count = int.PopCount(set);
            double sets = Enumerable.Range(1, count).Aggregate(1.0, (c, i) => c * (length - count + i) / i);
            return set == 0 ? 0 : 1 / sets / length;
        })];
        foreach (int index in new[] { 0, size / 2, size - 1 }.Distinct())
        {
            int[] counts = new int[1 << length];
            for (int draw = 0; draw < Draws; draw++)
                counts[new MaskLots(draw / 100, draw % 5, length).Draw(draw / 5 % 20, index, size).Aggregate(0, (set, place) => set | 1 << place)]++;
            ChiSquare.AssertFits(counts, probabilities, Draws);
        }
    }

    [Theory]
    [InlineData(4, 16)]
    [InlineData(16, 16)]
    [InlineData(48, 16)]
    public void The_numbers_of_a_group_are_spread_evenly(int length, int size)
    {
        for (int group = 0; group < 50; group++)
        {
            int[] counts = [.. Enumerable.Range(0, size).Select(i => new MaskLots(3, 0, length).Draw(group, i, size).Length)];
            Assert.All(counts.GroupBy(static c => c), g => Assert.Equal(Math.Max(1, size / length), g.Count()));
            Assert.Equal(Math.Min(length, size), counts.Distinct().Count());
        }
    }

    [Fact]
    public void Seeds_streams_groups_and_samples_have_lots_of_their_own_and_keep_them()
    {
        string Lots(long seed, int stream, int group, int index) => string.Join(' ', new MaskLots(seed, stream, 64).Draw(group, index, 16));
        string[] all = [Lots(0, 0, 0, 0), Lots(1, 0, 0, 0), Lots(0, 1, 0, 0), Lots(0, 0, 1, 0), Lots(0, 0, 0, 1), Lots(-1, 0, 0, 0)];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(all[0], Lots(0, 0, 0, 0));
        Assert.Equal("1 2 3 4 9 11", string.Join(' ', new MaskLots(1, 2, 12).Draw(3, 9, 16)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(9, 8)]
    [InlineData(128, 8)]
    [InlineData(129, 9)]
    [InlineData(1000, 63)]
    public void Groups_are_of_16_at_most_and_eight_where_there_are_samples_for_them(int samples, int groups)
    {
        SampleGroups split = new(samples);
        int[] sizes = [.. Enumerable.Range(0, split.Count).Select(split.Size)];
        Assert.Equal(groups, split.Count);
        Assert.Equal(samples, sizes.Sum());
        Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        Assert.InRange(sizes.Max(), 1, 16);
    }

    [Fact]
    public void The_standard_error_of_independent_samples_is_the_textbook_s()
    {
        double[] values = [1, 4, 2, 8, 5, 7];
        (double mean, double? error) = new SampleGroups(values.Length).Summarize(values);
        Assert.Equal(4.5, mean, 12);
        Assert.Equal(Math.Sqrt(values.Sum(v => (v - 4.5) * (v - 4.5)) / 5 / 6), error!.Value, 12);
        Assert.Null(new SampleGroups(1).Summarize([3]).StandardError);
    }
}
