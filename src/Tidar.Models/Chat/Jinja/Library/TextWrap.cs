using System.Globalization;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's <c>textwrap.wrap</c> as the filter <c>wordwrap</c> calls it: white space is kept within lines and dropped at their ends.</summary>
internal static class TextWrap
{
    public static List<string> Wrap(Budget budget, string text, int width, bool breakLongWords, bool breakOnHyphens)
    {
        if (width <= 0)
            throw Fail.Value($"invalid width {width} (must be > 0)");
        List<string> chunks = breakOnHyphens ? Chunks(budget, text) : Words(budget, text);
        chunks.Reverse();
        List<string> lines = [];
        while (chunks.Count > 0)
        {
            budget.Step();
            List<string> line = [];
            int length = 0;
            if (lines.Count > 0 && IsBlank(chunks[^1]))
                chunks.RemoveAt(chunks.Count - 1);
            while (chunks.Count > 0 && length + PythonText.Length(chunks[^1]) <= width)
                length += Take(chunks, line);
            if (chunks.Count > 0 && PythonText.Length(chunks[^1]) > width)
                TakeLong(budget, chunks, line, width, length, breakLongWords, breakOnHyphens);
            if (line.Count > 0 && IsBlank(line[^1]))
                line.RemoveAt(line.Count - 1);
            if (line.Count == 0)
                continue;
            budget.Items(lines.Count, 1);
            lines.Add(budget.Text(string.Concat(line)));
        }

        return lines;
    }

    private static int Take(List<string> chunks, List<string> line)
    {
        string chunk = chunks[^1];
        chunks.RemoveAt(chunks.Count - 1);
        line.Add(chunk);
        return PythonText.Length(chunk);
    }

    private static void TakeLong(
        Budget budget, List<string> chunks, List<string> line, int width, int used, bool breakLongWords, bool breakOnHyphens)
    {
        int room = Math.Max(width - used, 1);
        if (!breakLongWords)
        {
            if (line.Count == 0)
                Take(chunks, line);
            return;
        }

        string chunk = chunks[^1];
        budget.Text(chunk.Length);
        int end = PythonText.Offset(chunk, room);
        if (breakOnHyphens)
        {
            // Better after a hyphen than anywhere, unless only hyphens precede it.
            int hyphen = chunk.LastIndexOf('-', end - 1);
            if (hyphen > 0 && chunk.AsSpan(0, hyphen).ContainsAnyExcept('-'))
                end = hyphen + 1;
        }

        line.Add(chunk[..end]);
        chunks[^1] = chunk[end..];
    }

    private static List<string> Words(Budget budget, string text)
    {
        budget.Text(text.Length);
        List<string> words = [];
        for (int at = 0; at < text.Length;)
        {
            int start = at;
            bool space = IsSpace(text[at]);
            while (at < text.Length && IsSpace(text[at]) == space)
                at++;
            budget.Items(words.Count, 1);
            words.Add(text[start..at]);
        }

        return words;
    }

    // Splits words further: after the hyphen of a hyphenated word, and around a dash of two or more hyphens between words.
    private static List<string> Chunks(Budget budget, string text)
    {
        List<string> chunks = [];
        foreach (string word in Words(budget, text))
        {
            if (IsSpace(word[0]) || !word.Contains('-', StringComparison.Ordinal))
            {
                chunks.Add(word);
                continue;
            }

            int start = 0;
            while (start < word.Length)
            {
                int end = ChunkEnd(word, start);
                budget.Items(chunks.Count, 1);
                chunks.Add(word[start..end]);
                start = end;
            }
        }

        return chunks;
    }

    private static int ChunkEnd(string word, int start)
    {
        int dash = DashLength(word, start);
        if (dash > 0 && start > 0 && IsWordOrPunctuation(word[start - 1]))
            return start + dash;
        for (int end = start + 1; end < word.Length; end++)
        {
            if (word[end] == '-' && IsHyphenBreak(word, end, start))
                return end + 1;
            if (IsWordOrPunctuation(word[end - 1]) && DashLength(word, end) > 0)
                return end;
        }

        return word.Length;
    }

    // Two or more hyphens followed by a word character; 0 where there are none.
    private static int DashLength(string word, int at)
    {
        int end = at;
        while (end < word.Length && word[end] == '-')
            end++;
        return end - at >= 2 && end < word.Length && IsWord(word[end]) ? end - at : 0;
    }

    // A hyphen between letters, two before it (or letter-hyphen-letter) and two after it (possibly with another hyphen between).
    private static bool IsHyphenBreak(string word, int hyphen, int start)
    {
        bool before = hyphen >= 2 && IsLetter(word[hyphen - 1])
            && (IsLetter(word[hyphen - 2]) || (word[hyphen - 2] == '-' && hyphen >= 3 && IsLetter(word[hyphen - 3])));
        if (!before || hyphen <= start || hyphen + 1 >= word.Length || !IsLetter(word[hyphen + 1]))
            return false;
        int next = hyphen + 2 < word.Length && word[hyphen + 2] == '-' ? hyphen + 3 : hyphen + 2;
        return next < word.Length && IsLetter(word[next]);
    }

    private static bool IsBlank(string chunk)
    {
        foreach (char c in chunk)
        {
            if (!PythonText.IsSpace(c))
                return false;
        }

        return true;
    }

    private static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    private static bool IsWord(char c) => c == '_' || (char.IsSurrogate(c) ? false : StringMethods.IsAlphanumeric(c));

    private static bool IsLetter(char c) => IsWord(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.DecimalDigitNumber;

    private static bool IsWordOrPunctuation(char c) => IsWord(c) || c is '!' or '"' or '\'' or '&' or '.' or ',' or '?';
}
