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

    /// <summary>Word characters: Alphabetic, Mark, decimal number, connector punctuation.</summary>
    public static CodePointSet Word => Lazily.Word;

    /// <summary>Word characters as Oniguruma sees them outside a class and at <c>\b</c>: its Latin-1 table has the superscripts and fractions too.</summary>
    public static CodePointSet OnigurumaWord => Lazily.OnigurumaWord;

    /// <summary>What <c>[:punct:]</c> means to Oniguruma: punctuation and symbols, unlike <c>\p{Punct}</c>.</summary>
    public static CodePointSet OnigurumaPosixPunctuation => Lazily.OnigurumaPosixPunctuation;

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
        return Composed(key) ?? UnicodeData.Sets.GetValueOrDefault(key)?.Except(Lazily.Unassigned);
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
        "UPPER" or "UPPERCASE" => Category("LU")!.Union(Find("OtherUppercase")!),
        "LOWER" or "LOWERCASE" => Category("LL")!.Union(Find("OtherLowercase")!),
        "PUNCT" => Category("P"),
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

        public static readonly CodePointSet Unassigned = Category("CN")!;
        public static readonly CodePointSet Alphabetic = Category("L")!.Union(Category("NL")!).Union(Find("OtherAlphabetic")!);
        public static readonly CodePointSet Word = Alphabetic.Union(Mark).Union(Category("ND")!).Union(Category("PC")!);
        public static readonly CodePointSet OnigurumaWord = Word.Union(CodePointSet.OfRanges([(0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE)]));
        public static readonly CodePointSet OnigurumaPosixPunctuation = Category("P")!.Union(Category("S")!);
    }
}
