using System.Text;

namespace Tidar.Decoding.Sequences;

/// <summary>
/// A text that grows piece by piece and is cut before the first stop string, wherever that lies across pieces. Characters that may turn out to begin a stop
/// string are held back, so that what has been shown never has to be taken back.
/// </summary>
/// <param name="stopStrings">Strings that end the text; none is empty.</param>
internal sealed class StoppableText(IReadOnlyList<string> stopStrings)
{
    private readonly StringBuilder _text = new();
    private string _held = "";
    private bool _ended;

    /// <summary>Everything released so far.</summary>
    public string Text => _text.ToString();

    /// <summary>The part of the text from <paramref name="start"/> on.</summary>
    public string From(int start) => _text.ToString(start, _text.Length - start);

    /// <summary>Appends a piece.</summary>
    /// <returns>True when a stop string is complete: the text ends before the one that begins first.</returns>
    public bool Append(string piece)
    {
        if (piece.Length == 0 || _ended)
            return false;
        _held += piece;
        int stop = FirstStop();
        Release(stop >= 0 ? stop : _held.Length - LongestBeginning());
        _ended = stop >= 0;
        return _ended;
    }

    /// <summary>Ends the text: releases what was held back and appends <paramref name="rest"/>, unless a stop string has ended it before.</summary>
    public void Complete(string rest)
    {
        if (_ended)
            return;
        Release(_held.Length);
        _text.Append(rest);
        _ended = true;
    }

    private void Release(int length)
    {
        _text.Append(_held, 0, length);
        _held = _held[length..];
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

    // Length of the longest end of the held text that begins a stop string.
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
