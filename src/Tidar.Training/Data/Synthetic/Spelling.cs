using System.Globalization;
using System.Text;

namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// Spelling: each answer first numbers the word's letters, then reads what was asked from that line, so a tiny model needs to know
/// the letters only once.
/// </summary>
internal static class Spelling
{
    /// <summary>Draws one question about a word.</summary>
    public static DemoExample Draw(SplitMix64 random)
    {
        string word = random.Pick(SpellingWords.All.AsSpan());
        string shown = random.Below(5) switch { 0 => $"'{word}'", 1 => $"the word {word}", _ => word };
        return random.Below(10) switch
        {
            < 4 => Spell(random, word, shown),
            < 6 => Count(random, word, shown),
            < 8 => Backwards(random, word, shown),
            < 9 => Ends(random, word, shown),
            _ => Occurrences(random, word, shown),
        };
    }

    private static DemoExample Spell(SplitMix64 random, string word, string shown)
    {
        string prompt = random.Below(4) switch
        {
            0 => $"Spell {shown}.",
            1 => $"How do you spell {shown}?",
            2 => $"Please spell {shown}.",
            _ => $"How is {shown} spelled?",
        };
        string answer = Dashed(word);
        return Build(random, prompt, word, $"So it is spelled {answer}.", answer);
    }

    private static DemoExample Count(SplitMix64 random, string word, string shown)
    {
        string prompt = random.Below(4) switch
        {
            0 => $"How many letters are in {shown}?",
            1 => $"How many letters does {shown} have?",
            2 => $"Count the letters in {shown}.",
            _ => $"How long is {shown}?",
        };
        string answer = word.Length.ToString(CultureInfo.InvariantCulture);
        return Build(random, prompt, word, $"So it has {answer} letters.", answer);
    }

    private static DemoExample Backwards(SplitMix64 random, string word, string shown)
    {
        string prompt = random.Below(4) switch
        {
            0 => $"Spell {shown} backwards.",
            1 => $"Reverse {shown}.",
            2 => $"How do you spell {shown} backwards?",
            _ => $"What is {shown} spelled backwards?",
        };
        var line = new StringBuilder("Backwards: ");
        for (int i = word.Length; i > 0; i--)
            line.Append(i).Append(' ').Append(word[i - 1]).Append(i > 1 ? ", " : ".");
        char[] letters = word.ToCharArray();
        Array.Reverse(letters);
        string answer = Dashed(new string(letters));
        return Build(random, prompt, word, $"{line}\nSo backwards it is {answer}.", answer);
    }

    private static DemoExample Ends(SplitMix64 random, string word, string shown)
    {
        bool last = random.Chance(50);
        string which = last ? "last" : "first";
        string prompt = random.Chance(50) ? $"What is the {which} letter of {shown}?" : $"Which letter comes {which} in {shown}?";
        string answer = (last ? word[^1] : word[0]).ToString();
        return Build(random, prompt, word, $"So the {which} letter is {answer}.", answer);
    }

    private static DemoExample Occurrences(SplitMix64 random, string word, string shown)
    {
        char letter = word[random.Below(word.Length)];
        string prompt = random.Chance(50) ? $"How many times is the letter {letter} in {shown}?" : $"How often does the letter {letter} appear in {shown}?";
        int[] places = [.. Enumerable.Range(1, word.Length).Where(i => word[i - 1] == letter)];
        string times = places.Length == 1 ? "time" : "times";
        return Build(random, prompt, word, $"The letter {letter} is at {string.Join(" and ", places)}.\nSo it is there {places.Length} {times}.", places.Length.ToString(CultureInfo.InvariantCulture));
    }

    private static DemoExample Build(SplitMix64 random, string prompt, string word, string result, string answer)
    {
        if (random.Chance(8))
            prompt = prompt.TrimEnd('.', '?');
        string numbered = string.Join(", ", word.Select((letter, i) => $"{i + 1} {letter}"));
        return new DemoExample(DemoKind.Spelling, prompt, $"\nThe letters are {numbered}.\n{result}", answer);
    }

    private static string Dashed(string word) => string.Join('-', word.ToCharArray());
}
