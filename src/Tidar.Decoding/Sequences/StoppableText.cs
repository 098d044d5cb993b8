using System.Text;

namespace Tidar.Decoding.Sequences;

/// <summary>
/// The text of a token stream, cut before the first stop string wherever it lies across tokens. Characters that may turn out to begin a stop string are held back, so
/// that what has been shown never has to be taken back.
/// </summary>
/// <param name="detokenizer">Turns tokens into text.</param>
/// <param name="stopStrings">Strings that end the text; none is empty.</param>
internal sealed class StoppableText(ITokenText detokenizer, IReadOnlyList<string> stopStrings)
{
    private readonly StringBuilder _text = new();
    private string _held = "";
    private bool _stopped;

    /// <summary>Everything released so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Length of <see cref="Text"/>.</summary>
    public int Length => _text.Length;

    /// <summary>The part of the text from <paramref name="start"/> on.</summary>
    public string From(int start) => _text.ToString(start, _text.Length - start);

    /// <summary>Appends the text of a token.</summary>
    /// <returns>True when a stop string is complete. The earliest one counts, the longest among those that begin together is as good as any: the text ends before it.</returns>
    public bool Append(int token)
    {
        string piece = detokenizer.Append(token);
        if (piece.Length == 0)
            return false;
        if (stopStrings.Count == 0)
        {
            _text.Append(piece);
            return false;
        }

        _held += piece;
        int stop = FirstStop();
        if (stop >= 0)
        {
            _text.Append(_held, 0, stop);
            _held = "";
            return _stopped = true;
        }

        int kept = LongestBeginning();
        _text.Append(_held, 0, _held.Length - kept);
        _held = _held[^kept..];
        return false;
    }

    /// <summary>Releases what was held back, and what an unfinished character amounts to; nothing after a stop string.</summary>
    public void Complete()
    {
        if (_stopped)
            return;
        _text.Append(_held).Append(detokenizer.Flush());
        _held = "";
        _stopped = true;
    }

    private int FirstStop()
    {
        int first = -1;
        foreach (string stop in stopStrings)
        {
            int index = _held.IndexOf(stop, StringComparison.Ordinal);
            if (index >= 0 && (first < 0 || index < first))
                first = index;
        }

        return first;
    }

    // Length of the longest end of the held text that begins, but does not complete, a stop string.
    private int LongestBeginning()
    {
        int longest = 0;
        foreach (string stop in stopStrings)
        {
            for (int length = Math.Min(stop.Length - 1, _held.Length); length > longest; length--)
            {
                if (_held.AsSpan(_held.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                    longest = length;
            }
        }

        return longest;
    }
}
