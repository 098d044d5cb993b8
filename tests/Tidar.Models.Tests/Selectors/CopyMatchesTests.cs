using Tidar.Models.Selectors;

namespace Tidar.Models.Tests.Selectors;

public sealed class CopyMatchesTests
{
    [Fact]
    public void Lengths_are_those_of_the_longest_repetition_that_a_candidate_goes_on_with()
    {
        Random random = new(3);
        bool[] seen = new bool[5];
        for (int round = 0; round < 400; round++)
        {
            int[] text = [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(3) - (random.Next(16) == 0 ? 5 : 0)).Select(static t => Math.Max(t, -1))];
            int[] tokens = [.. Enumerable.Range(0, 5).OrderBy(_ => random.Next()).Take(1 + random.Next(5)), -1];
            int longest = random.Next(5);
            byte[] lengths = [.. tokens.Select(static _ => (byte)9)];
            CopyMatches.Find(text, longest, tokens, lengths);
            Assert.Equal(tokens.Select(t => Longest(text, longest, t)), lengths);
            foreach (byte length in lengths)
                seen[length] = true;
        }

        Assert.DoesNotContain(false, seen);
    }

    [Fact]
    public void Repetitions_may_overlap()
    {
        byte[] lengths = new byte[2];
        CopyMatches.Find([5, 6, 6, 6, 6], CopyMatches.Longest, [6, 5], lengths);
        Assert.Equal([3, 0], lengths);
    }

    private static byte Longest(int[] text, int longest, int token)
    {
        for (int length = longest; length > 0; length--)
        {
            for (int at = length; at < text.Length && token >= 0; at++)
            {
                ReadOnlySpan<int> repeated = text.AsSpan(at - length, length);
                if (text[at] == token && !repeated.Contains(-1) && repeated.SequenceEqual(text.AsSpan(text.Length - length)))
                    return (byte)length;
            }
        }

        return 0;
    }
}
