using System.Globalization;

namespace Tidar.Models.Tokenization.Text;

/// <summary>Sets of code points by Unicode property, over all 17 planes.</summary>
internal static class UnicodeProperties
{
    private static readonly Lazy<CodePointSet[]> Categories = new(LoadCategories);

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.Ordinal)
    {
        ["LETTER"] = "L", ["CASEDLETTER"] = "LC", ["UPPERCASELETTER"] = "LU", ["LOWERCASELETTER"] = "LL", ["TITLECASELETTER"] = "LT",
        ["MODIFIERLETTER"] = "LM", ["OTHERLETTER"] = "LO", ["MARK"] = "M", ["COMBININGMARK"] = "M", ["NONSPACINGMARK"] = "MN",
        ["SPACINGMARK"] = "MC", ["ENCLOSINGMARK"] = "ME", ["NUMBER"] = "N", ["DECIMALNUMBER"] = "ND", ["LETTERNUMBER"] = "NL",
        ["OTHERNUMBER"] = "NO", ["PUNCTUATION"] = "P", ["CONNECTORPUNCTUATION"] = "PC", ["DASHPUNCTUATION"] = "PD",
        ["OPENPUNCTUATION"] = "PS", ["CLOSEPUNCTUATION"] = "PE", ["INITIALPUNCTUATION"] = "PI", ["FINALPUNCTUATION"] = "PF",
        ["OTHERPUNCTUATION"] = "PO", ["SYMBOL"] = "S", ["MATHSYMBOL"] = "SM", ["CURRENCYSYMBOL"] = "SC", ["MODIFIERSYMBOL"] = "SK",
        ["OTHERSYMBOL"] = "SO", ["SEPARATOR"] = "Z", ["SPACESEPARATOR"] = "ZS", ["LINESEPARATOR"] = "ZL", ["PARAGRAPHSEPARATOR"] = "ZP",
        ["OTHER"] = "C", ["CONTROL"] = "CC", ["FORMAT"] = "CF", ["SURROGATE"] = "CS", ["PRIVATEUSE"] = "CO", ["UNASSIGNED"] = "CN",
    };

    // In the order of System.Globalization.UnicodeCategory.
    private static readonly string[] ShortNames =
    [
        "LU", "LL", "LT", "LM", "LO", "MN", "MC", "ME", "ND", "NL", "NO", "ZS", "ZL", "ZP", "CC",
        "CF", "CS", "CO", "PC", "PD", "PS", "PE", "PI", "PF", "PO", "SM", "SC", "SK", "SO", "CN",
    ];

    /// <summary>Property White_Space, <c>\s</c>.</summary>
    public static CodePointSet WhiteSpace { get; } =
        CodePointSet.OfRanges([(9, 13), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)]);

    /// <summary>Categories Nd, Nl and No.</summary>
    public static CodePointSet Number => Lazily.Number;

    /// <summary><c>\w</c>: Alphabetic, Mark, decimal number, connector punctuation.</summary>
    public static CodePointSet Word => Lazily.Word;

    /// <summary>ASCII punctuation and symbols, and all categories P.</summary>
    public static CodePointSet Punctuation => Lazily.Punctuation;

    /// <summary>Categories Mn, Mc and Me.</summary>
    public static CodePointSet Mark => Lazily.Mark;

    /// <summary>The set of a property as named in <c>\p{…}</c> or <c>[:…:]</c>; null where the name is unknown.</summary>
    public static CodePointSet? Find(string name)
    {
        string key = string.Concat(name.ToUpperInvariant().Where(static c => c is not (' ' or '_' or '-')));
        int equals = key.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
            key = key[..equals] is "SCRIPT" or "SC" or "GENERALCATEGORY" or "GC" ? key[(equals + 1)..] : "?";
        if (Category(LongNames.GetValueOrDefault(key, key)) is { } category)
            return category;
        return Composed(key) ?? UnicodeData.Scripts.GetValueOrDefault(key);
    }

    private static CodePointSet? Composed(string key) => key switch
    {
        "ANY" => CodePointSet.All,
        "ASCII" => CodePointSet.OfRanges([(0, 0x7F)]),
        "ASSIGNED" => Category("CN")!.Complement(),
        "SPACE" or "WHITESPACE" => WhiteSpace,
        "BLANK" => Category("ZS")!.Union(CodePointSet.Of(9)),
        "DIGIT" => Category("ND"),
        "XDIGIT" => CodePointSet.OfRanges([('0', '9'), ('A', 'F'), ('a', 'f')]),
        "WORD" => Word,
        "ALPHA" or "ALPHABETIC" => Lazily.Alphabetic,
        "ALNUM" => Lazily.Alphabetic.Union(Category("ND")!),
        "UPPER" or "UPPERCASE" => Category("LU")!.Union(CodePointSet.OfRanges([(0x2160, 0x216F), (0x24B6, 0x24CF), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)])),
        "LOWER" or "LOWERCASE" => Category("LL")!.Union(CodePointSet.OfRanges([(0xAA, 0xAA), (0xBA, 0xBA), (0x2170, 0x217F), (0x24D0, 0x24E9)])),
        "PUNCT" => Category("P")!.Union(CodePointSet.Of("$+<=>^`|~".Select(static c => (int)c))),
        "CNTRL" => Category("CC"),
        "GRAPH" => WhiteSpace.Union(Category("CC")!).Union(Category("CN")!).Union(Category("CS")!).Complement(),
        "PRINT" => WhiteSpace.Except(Category("ZS")!).Union(Category("CC")!).Union(Category("CN")!).Union(Category("CS")!).Complement(),
        _ => null,
    };

    private static CodePointSet? Category(string shortName)
    {
        if (shortName == "LC")
            return Category("LU")!.Union(Category("LL")!).Union(Category("LT")!);
        CodePointSet[] parts = [.. Categories.Value.Where((_, i) => ShortNames[i] == shortName || (shortName.Length == 1 && ShortNames[i][0] == shortName[0]))];
        return parts.Length == 0 ? null : CodePointSet.OfRanges(parts.SelectMany(static p => p.Ranges));
    }

    private static CodePointSet[] LoadCategories()
    {
        var ranges = new List<(int, int)>[ShortNames.Length];
        for (int i = 0; i < ranges.Length; i++)
            ranges[i] = [];
        int start = 0;
        UnicodeCategory current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (int c = 1; c <= CodePoints.Limit; c++)
        {
            UnicodeCategory category = c < CodePoints.Limit ? CharUnicodeInfo.GetUnicodeCategory(c) : (UnicodeCategory)(-1);
            if (category == current)
                continue;
            ranges[(int)current].Add((start, c - 1));
            start = c;
            current = category;
        }

        return Array.ConvertAll(ranges, static r => CodePointSet.OfRanges(r));
    }

    private static class Lazily
    {
        public static readonly CodePointSet Number = Category("N")!;
        public static readonly CodePointSet Mark = Category("M")!;
        public static readonly CodePointSet Punctuation =
            Category("P")!.Union(CodePointSet.OfRanges([('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]));

        // Alphabetic symbols outside the letter categories are the circled and squared Latin letters; marks are added where words need them.
        public static readonly CodePointSet Alphabetic = Category("L")!.Union(Category("NL")!)
            .Union(CodePointSet.OfRanges([(0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)]));

        public static readonly CodePointSet Word = Alphabetic.Union(Mark).Union(Category("ND")!).Union(Category("PC")!);
    }
}
