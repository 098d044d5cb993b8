namespace Tidar.Models.Selectors;

/// <summary>
/// Says which candidates of a slot would repeat the text: what followed the last time that the tokens before the slot stood there. The slots of a draft can't see this: to copy, a slot must know which token it stands behind. A
/// language model's own rows can, and do ("induction heads", arXiv 2209.11895; drafting by it alone is known as prompt lookup).
/// </summary>
public static class CopyMatches
{
    /// <summary>Longest match that can be told from longer ones.</summary>
    public const int Longest = 16;

    /// <summary>Finds how many of the tokens before a slot stand somewhere earlier with a candidate behind them.</summary>
    /// <param name="text">Everything before the slot, the nearest token last; -1 matches nothing.</param>
    /// <param name="longest">Matches of more tokens count as ones of this many.</param>
    /// <param name="tokens">The candidates, each once; -1 for none.</param>
    /// <param name="lengths">Of every candidate the longest match, 0 for none.</param>
    public static void Find(ReadOnlySpan<int> text, int longest, ReadOnlySpan<int> tokens, Span<byte> lengths)
    {
        lengths.Clear();
        if (text.IsEmpty || text[^1] < 0 || longest == 0)
            return;
        for (int end = text[..^1].LastIndexOf(text[^1]); end >= 0; end = text[..end].LastIndexOf(text[^1]))
        {
            int place = text[end + 1] < 0 ? -1 : tokens.IndexOf(text[end + 1]);
            if (place >= 0)
                lengths[place] = Math.Max(lengths[place], (byte)Length(text, end + 1, longest));
        }
    }

    /// <summary>How many of the last tokens of a text stand also before an earlier place of it.</summary>
    /// <param name="text">The text; -1 matches nothing.</param>
    /// <param name="end">Index behind the tokens to compare with.</param>
    /// <param name="longest">Most tokens to compare.</param>
    public static int Length(ReadOnlySpan<int> text, int end, int longest)
    {
        int most = Math.Min(longest, end), length = 0;
        while (length < most && text[end - 1 - length] >= 0 && text[end - 1 - length] == text[^(length + 1)])
            length++;
        return length;
    }
}
