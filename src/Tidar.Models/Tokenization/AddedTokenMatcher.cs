using System.Buffers;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization;

/// <summary>Finds added tokens in a text: leftmost, longest first, then the flags of the token decide.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<long, int> _children = [];
    private readonly List<AddedToken?> _terminals = [null];
    private readonly SearchValues<char> _starts;

    /// <summary>A matcher for tokens by the text each is looked for as; of equal texts the first counts.</summary>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        var starts = new HashSet<char>();
        foreach ((string text, AddedToken token) in tokens.Where(static t => t.Text.Length > 0))
        {
            starts.Add(text[0]);
            int node = 0;
            foreach (char c in text)
            {
                long edge = Edge(node, c);
                if (!_children.TryGetValue(edge, out node))
                {
                    node = _terminals.Count;
                    _terminals.Add(null);
                    _children.Add(edge, node);
                }
            }

            _terminals[node] ??= token;
        }

        _starts = SearchValues.Create([.. starts]);
    }

    /// <summary>
    /// Cuts the text at its added tokens. A part without a token is text; parts may overlap where a token swallowed the white space that another one is made of,
    /// as in Hugging Face's library.
    /// </summary>
    public void Split(string text, bool parseSpecial, List<(int Start, int End, AddedToken? Token)> parts)
    {
        int done = 0;
        for (int from = 0; TryFind(text, from, out int start, out int end, out AddedToken token);)
        {
            from = end;
            if ((token.Special && !parseSpecial) || (token.SingleWord && TouchesWord(text, start, end)))
                continue;
            if (token.StripLeft)
                start = Math.Max(done, text.AsSpan(0, start).TrimEnd().Length);
            if (token.StripRight)
                end = text.Length - text.AsSpan(end).TrimStart().Length;
            if (done < start)
                parts.Add((done, start, null));
            // Nothing is left of a token whose white space another one swallowed.
            if (start < end)
                parts.Add((start, end, token));
            done = end;
        }

        if (done < text.Length)
            parts.Add((done, text.Length, null));
    }

    private bool TryFind(string text, int from, out int start, out int end, out AddedToken token)
    {
        for (start = from; start < text.Length; start++)
        {
            int next = text.AsSpan(start).IndexOfAny(_starts);
            if (next < 0)
                break;
            start += next;
            AddedToken? longest = null;
            end = start;
            int node = 0;
            for (int i = start; i < text.Length && _children.TryGetValue(Edge(node, text[i]), out node); i++)
            {
                if (_terminals[node] is { } terminal)
                    (longest, end) = (terminal, i + 1);
            }

            if (longest is not null)
            {
                token = longest;
                return true;
            }
        }

        (end, token) = (0, null!);
        return false;
    }

    private static bool TouchesWord(string text, int start, int end) =>
        (start > 0 && IsWord(CodePoints.Before(text, start, out _))) || (end < text.Length && IsWord(CodePoints.At(text, end, out _)));

    // The reference uses another expression engine here, whose \w has the zero-width joiners too.
    private static bool IsWord(int point) => point is 0x200C or 0x200D || UnicodeProperties.Word.Contains(point);

    private static long Edge(int node, char c) => ((long)node << 16) | c;
}
