using Tidar.Models.Files;
using Tidar.Models.Tokenization.Patterns;
using Tidar.Models.Tokenization.PreTokenizers;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>Reads <c>pre_tokenizer</c> as a flat list of steps.</summary>
internal static class PreTokenizerReader
{
    private const string Known =
        "ByteLevel, Split, Digits, Metaspace, Whitespace, WhitespaceSplit, Punctuation, CharDelimiterSplit, BertPreTokenizer, FixedLength or Sequence";

    // The engine the reference uses here is not Oniguruma: the zero-width joiners are word characters.
    private static readonly Lazy<Pattern> Words = new(() => Pattern.Regex(@"[\w\x{200C}\x{200D}]+|[^\w\s\x{200C}\x{200D}]+"));

    public static IEnumerable<PreTokenizer> Read(JsonFields fields) => fields.Text("type") switch
    {
        "Sequence" => [.. fields.Objects("pretokenizers").SelectMany(Read)],
        "ByteLevel" => [new ByteLevelPreTokenizer(fields.Boolean("add_prefix_space", absent: true), fields.Boolean("use_regex", absent: true), mapBytes: true)],
        "Split" => [new PatternSplit(PatternReader.Read(fields), Behavior(fields, absent: null), fields.Boolean("invert", absent: false))],
        "Digits" => [new SetSplit(UnicodeProperties.Number, fields.Boolean("individual_digits", absent: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous)],
        "Metaspace" => [ReadMetaspace(fields)],
        "Whitespace" => [new PatternSplit(Words.Value, SplitBehavior.Removed, invert: true)],
        "WhitespaceSplit" => [new SetSplit(UnicodeProperties.WhiteSpace, SplitBehavior.Removed)],
        "Punctuation" => [new SetSplit(UnicodeProperties.Punctuation, Behavior(fields, SplitBehavior.Isolated))],
        "BertPreTokenizer" => [new SetSplit(UnicodeProperties.WhiteSpace, SplitBehavior.Removed), new SetSplit(UnicodeProperties.Punctuation, SplitBehavior.Isolated)],
        "CharDelimiterSplit" => [new SetSplit(CodePointSet.Of(Character(fields, "delimiter")), SplitBehavior.Removed)],
        "FixedLength" => [new FixedLengthSplit(fields.OptionalInteger("length", 1, int.MaxValue) ?? 5)],
        string other => throw fields.Error("type", Known, other),
    };

    /// <summary>The prepend scheme of Metaspace; the older <c>add_prefix_space: false</c> means never.</summary>
    public static PrependScheme Scheme(JsonFields fields)
    {
        PrependScheme scheme = (fields.OptionalText("prepend_scheme") ?? "always") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            string other => throw fields.Error("prepend_scheme", "always, first or never", other),
        };
        return fields.Boolean("add_prefix_space", absent: true) ? scheme : PrependScheme.Never;
    }

    /// <summary>A required string of one code point, as text.</summary>
    public static string OneCharacter(JsonFields fields, string name) => char.ConvertFromUtf32(Character(fields, name));

    private static int Character(JsonFields fields, string name)
    {
        string text = fields.Text(name);
        int length = 0;
        int point = text.Length == 0 ? 0 : CodePoints.At(text, 0, out length);
        return text.Length > 0 && length == text.Length ? point : throw fields.Error(name, "one character", $"\"{text}\"");
    }

    private static MetaspacePreTokenizer ReadMetaspace(JsonFields fields) =>
        new(OneCharacter(fields, "replacement"), Scheme(fields), fields.Boolean("split", absent: true));

    private static SplitBehavior Behavior(JsonFields fields, SplitBehavior? absent) => fields.OptionalText("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        null when absent is { } value => value,
        string other => throw fields.Error("behavior", "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", other),
        null => throw fields.Error("behavior", "a string", "nothing"),
    };
}
