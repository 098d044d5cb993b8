namespace Tidar.Models.Chat.Jinja;

/// <summary>The function <c>lipsum</c>: filler text.</summary>
internal static class LoremIpsum
{
    private static readonly Signature Parameters = new("n=5, html=True, min=20, max=100");

    private static readonly string[] Words =
        ("lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim " +
        "veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit " +
        "esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa qui officia deserunt " +
        "mollit anim id est laborum").Split(' ');

    public static object Generate(RenderContext run, Arguments arguments)
    {
        object?[] a = Parameters.Bind("lipsum", arguments);
        int shortest = Numbers.ToInt(a[2]);
        int longest = Numbers.ToInt(a[3]);
        if (shortest >= longest || shortest < 0)
            throw Fail.Value($"empty range for randrange() ({shortest}, {longest}, {(long)longest - shortest})");
        bool html = Comparison.IsTrue(a[1]);
        TextBuilder text = new(run.Budget);
        for (int i = Numbers.ToInt(a[0]); i > 0; i--)
        {
            Paragraph(run, text, html ? "<p>" : "", run.Random.Next(shortest, longest), html ? "</p>" : "");
            if (i > 1)
                text.Append(html ? "\n" : "\n\n");
        }

        return html ? new Markup(text.ToString()) : text.ToString();
    }

    private static void Paragraph(RenderContext run, TextBuilder text, string open, int words, string close)
    {
        text.Append(open);
        bool capital = true;
        for (int i = 0; i < words; i++)
        {
            run.Budget.Step();
            string word = Words[run.Random.Next(Words.Length)];
            text.Append(capital ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            bool ends = i == words - 1 || run.Random.Next(12) == 0;
            text.Append(ends ? "." : run.Random.Next(8) == 0 ? "," : "");
            if (i < words - 1)
                text.Append(' ');
            capital = ends;
        }

        text.Append(close);
    }
}
