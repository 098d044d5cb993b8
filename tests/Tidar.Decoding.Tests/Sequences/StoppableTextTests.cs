using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Tests.Sequences;

/// <summary>Stop strings across the pieces of a text.</summary>
public sealed class StoppableTextTests
{
    [Fact]
    public void The_text_ends_before_the_stop_string_that_begins_first_however_it_is_cut_into_pieces()
    {
        Random random = new(9);
        for (int round = 0; round < 3000; round++)
        {
            string whole = Letters(random, random.Next(40));
            string[] stops = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Letters(random, 1 + random.Next(5)))];
            (string text, string released, bool stopped, int fed) = Feed(random, whole, stops);
            int first = stops.Select(s => whole.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
            Assert.Equal(first >= 0, stopped);

            // A piece may hold two stop strings, or the stop that completes first may begin later than one that is not complete yet: what was fed decides.
            int expected = stops.Select(s => whole[..fed].IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(fed).Min();
            Assert.Equal(whole[..expected], text);
            Assert.Equal(text, released);
        }
    }

    [Fact]
    public void A_beginning_of_a_stop_string_is_held_back_and_let_go_when_it_was_none()
    {
        StoppableText text = new(["\n\n", "END"]);
        Assert.False(text.Append("one\n"));
        Assert.Equal("one", text.Text);
        Assert.False(text.Append("two E"));
        Assert.Equal("one\ntwo ", text.Text);
        Assert.False(text.Append("N"));
        text.Complete("!");
        Assert.Equal("one\ntwo EN!", text.Text);
    }

    [Fact]
    public void A_stop_string_that_ends_inside_a_piece_drops_the_rest_of_it()
    {
        StoppableText text = new(["stop"]);
        Assert.False(text.Append("go st"));
        Assert.True(text.Append("op and more"));
        text.Complete("?");
        Assert.Equal("go ", text.Text);
    }

    private static string Letters(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(3))));

    private static (string Text, string Released, bool Stopped, int Fed) Feed(Random random, string whole, string[] stops)
    {
        StoppableText text = new(stops);
        string released = "";
        bool stopped = false;
        int fed = 0;
        while (fed < whole.Length && !stopped)
        {
            int length = Math.Min(random.Next(5), whole.Length - fed);
            stopped = text.Append(whole.Substring(fed, length));
            fed += length;
            released += text.From(released.Length);
        }

        text.Complete("");
        released += text.From(released.Length);
        return (text.Text, released, stopped, fed);
    }
}
