using Tidar.Models.Files;
using Tidar.Models.Tokenization.Patterns;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>Reads <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    public static Pattern Read(JsonFields owner)
    {
        JsonFields pattern = owner.Object("pattern");
        if (pattern.OptionalText("String") is { } literal)
            return Pattern.Literal(literal);
        string expression = pattern.Text("Regex");
        try
        {
            return Pattern.Regex(expression);
        }
        catch (PatternException error)
        {
            throw new InvalidInputException(owner.Source, pattern.Name("Regex"), "a valid regular expression", error.Message, error);
        }
    }
}
