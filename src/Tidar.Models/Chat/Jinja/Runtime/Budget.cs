using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Counts what a rendering has used and fails when a limit is reached. Every operation whose cost depends on its input charges here first.</summary>
internal sealed class Budget(TemplateLimits limits)
{
    private const int CharactersPerStep = 16;

    private long _steps = limits.MaxSteps;
    private long _bytes = limits.MaxAllocatedBytes;
    private long _maxText = limits.MaxTextLength;

    /// <summary>Widens the limits for a long conversation: the size of what the caller passed in is not the template's doing.</summary>
    public void GrantInput(long characters)
    {
        _steps += 2 * characters;
        _bytes += 64 * characters;
        _maxText = Math.Max(_maxText, 4 * characters);
    }

    /// <summary>Charges steps of work.</summary>
    public void Step(long count = 1)
    {
        if ((_steps -= count) < 0)
            throw Fail.Limit("the template needs too many steps");
    }

    /// <summary>Charges reading through a text.</summary>
    public void Scan(long characters) => Step((characters / CharactersPerStep) + 1);

    /// <summary>Charges a new text before it is created.</summary>
    public void Text(long characters) => Text(characters, characters);

    /// <summary>Charges what was added to a text that grows.</summary>
    public void Text(long characters, long added)
    {
        if (characters > _maxText)
            throw Fail.Limit($"a text of more than {_maxText} characters");
        Allocate(2 * added);
        Scan(added);
    }

    /// <summary>Charges a new text and hands it on.</summary>
    public string Text(string text)
    {
        Text(text.Length);
        return text;
    }

    /// <summary>Charges a new list, tuple or dict before it is created.</summary>
    public void Items(long count) => Items(count, count);

    /// <summary>Charges what was added to a collection that grows.</summary>
    public void Items(long count, long added)
    {
        if (count > limits.MaxItems)
            throw Fail.Limit($"a collection of more than {limits.MaxItems} items");
        Allocate(32 * added);
        Step((added / 4) + 1);
    }

    /// <summary>Charges entries of a dict or a set, which cost more than items.</summary>
    public void Entries(long count, long added)
    {
        Items(count, 4 * added);
        Step(4 * added);
    }

    /// <summary>Checks the size of an integer and hands it on in its smallest form.</summary>
    public object Integer(BigInteger value)
    {
        IntegerBits(value.GetBitLength());
        return Numbers.Box(value);
    }

    /// <summary>Checks the size that an integer would have.</summary>
    public void IntegerBits(double bits)
    {
        if (bits > limits.MaxIntegerBits)
            throw Fail.Limit($"an integer of more than {limits.MaxIntegerBits} bits");
        Step((long)(bits / 64) + 1);
    }

    private void Allocate(long bytes)
    {
        if ((_bytes -= bytes) < 0)
            throw Fail.Limit("the template needs too much memory");
    }
}
