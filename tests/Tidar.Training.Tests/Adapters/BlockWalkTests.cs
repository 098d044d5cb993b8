using Tidar.Training.Adapters;

namespace Tidar.Training.Tests.Adapters;

public sealed class BlockWalkTests
{
    private static readonly PreparedDocument[] Documents = [Document(60), Document(9), Document(30)];

    [Fact]
    public void One_round_draws_all_blocks_at_random()
    {
        BlockWalk walk = new(Documents, [10, 10, 10], 1, d => (ulong)d);
        for (int d = 0; d < Documents.Length; d++)
            Assert.Equal(BlockSampler.Draw(Documents[d].Starts(), 10, (ulong)d), walk.Starts[d]);
        Assert.False(walk.Advance((_, _) => throw new InvalidOperationException("nothing follows")));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Later_rounds_begin_where_the_drafts_before_ended_and_no_place_comes_twice(int rounds)
    {
        BlockWalk walk = new(Documents, [10, 10, 10], rounds, d => (ulong)d);
        List<HashSet<int>> seen = [.. Documents.Select(_ => new HashSet<int>())];
        int followed = 0;
        while (true)
        {
            int[][] before = walk.Starts;
            for (int d = 0; d < Documents.Length; d++)
            {
                Assert.Equal(before[d].Order(), before[d]);
                Assert.All(before[d], start => Assert.True(seen[d].Add(start), $"{start} twice"));
                Assert.Subset(Documents[d].Starts().ToHashSet(), before[d].ToHashSet());
            }

            if (!walk.Advance(Reached))
                break;
            for (int d = 0; d < Documents.Length; d++)
            {
                // Where all drafts end on free places, and there are as many as wanted, no other place is taken.
                HashSet<int> ends = [.. before[d].Select(start => start + Reached(d, start))];
                ends.ExceptWith(seen[d]);
                ends.IntersectWith(Documents[d].Starts());
                Assert.True(walk.Starts[d].Count(ends.Contains) == Math.Min(ends.Count, walk.Starts[d].Length), $"document {d}: {string.Join(' ', walk.Starts[d])}");
                followed += walk.Starts[d].Count(ends.Contains);
            }
        }

        Assert.True(followed > 5);
        for (int d = 0; d < Documents.Length; d++)
            Assert.Equal(Math.Min(10, Documents[d].Starts().Length), seen[d].Count);
    }

    private static int Reached(int document, int start) => 1 + ((start + document) % 4);

    private static PreparedDocument Document(int length) => new(new int[length], [.. Enumerable.Range(0, length).Select(i => i >= 4)]);
}
