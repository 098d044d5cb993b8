using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>A string builder that charges what is appended, so that no text can outgrow its limit while it is made.</summary>
internal sealed class TextBuilder(Budget budget)
{
    private readonly StringBuilder _text = new();
    private int _charged;

    public int Length => _text.Length;

    public TextBuilder Append(string text)
    {
        _text.Append(text);
        if (_text.Length - _charged > 4096)
            Charge();
        return this;
    }

    public TextBuilder Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        if (_text.Length - _charged > 4096)
            Charge();
        return this;
    }

    public TextBuilder Append(char c)
    {
        _text.Append(c);
        return this;
    }

    /// <summary>Appends a run of one character; charged before it is made, as the count may come from the template.</summary>
    public TextBuilder Append(char c, long count)
    {
        if (count <= 0)
            return this;
        budget.Text(_text.Length + count);
        _text.Append(c, (int)count);
        return this;
    }

    public void Clear()
    {
        _text.Clear();
        _charged = 0;
    }

    public override string ToString()
    {
        Charge();
        return _text.ToString();
    }

    private void Charge()
    {
        // The limit is on the whole text, the cost on what is new.
        int added = _text.Length - _charged;
        budget.Text(_text.Length, added);
        _charged = _text.Length;
    }
}
