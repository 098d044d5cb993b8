namespace Tidar.Evaluation.Comparison;

/// <summary>Makes long prompts of short ones: text in front of them, which is the prompts' own without special tokens, one after another and over again.</summary>
public static class PaddedPrompts
{
    /// <summary>Prompts of exactly that many tokens; those that are as long or longer stay as they are.</summary>
    /// <param name="prompts">Prompt ids.</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="isSpecial">Tells tokens that structure a conversation, and would end it, from text.</param>
    public static IReadOnlyList<int[]> Pad(IReadOnlyList<int[]> prompts, int tokens, Func<int, bool>? isSpecial = null)
    {
        int[] all = [.. prompts.SelectMany(static p => p)], text = [.. all.Where(t => isSpecial?.Invoke(t) != true)];
        if (text.Length == 0)
            text = all;
        return [.. prompts.Select(p => p.Length >= tokens ? p : [.. Filler(text, tokens - p.Length), .. p])];
    }

    // Ends where the text ends, so that the prompt comes behind a whole one.
    private static IEnumerable<int> Filler(int[] text, int count)
    {
        int skipped = (text.Length - (count % text.Length)) % text.Length;
        for (int i = 0; i < count; i++)
            yield return text[(skipped + i) % text.Length];
    }
}
