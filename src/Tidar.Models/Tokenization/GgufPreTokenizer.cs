using Tidar.Models.Tokenization.PreTokenizers;

namespace Tidar.Models.Tokenization;

/// <summary>
/// What a name in <c>tokenizer.ggml.pre</c> stands for: the expressions of the model's own tokenizer.json (llama.cpp writes the same splits in
/// a form its engine takes), and the behaviour llama.cpp ties to the name.
/// </summary>
/// <param name="Expressions">Splits, one after another.</param>
/// <param name="IgnoreMerges">A piece that is a token is that token.</param>
/// <param name="AddBos">Whether BOS is added where the file does not say.</param>
/// <param name="Nfc">The model's tokenizer normalizes to NFC.</param>
internal sealed record GgufPreTokenizer(string[] Expressions, bool IgnoreMerges = false, bool AddBos = false, bool Nfc = false)
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Llama3 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen35 = Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string WordEndingLower = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+";
    private const string WordStartingUpper = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*";
    private const string CaseAwareRest = @" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Tekken = WordEndingLower + "|" + WordStartingUpper + @"|\p{N}|" + CaseAwareRest;
    private const string Gpt4o = WordEndingLower + Contractions + "?|" + WordStartingUpper + Contractions + @"?|\p{N}{1,3}|" + CaseAwareRest;
    private const string SeedCoder = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string BailingMoe = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    private const string Bloom = @" ?[^(\s|.,!?…。，、।۔،)]+";

    // Cased letters; written as numbers because several would not survive normalization of this file.
    private const string DeepseekLlmLetters =
        @"\s?["
        + @"A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293}\x{295}-\x{2AF}\x{370}-\x{373}"
        + @"\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}"
        + @"\x{48A}-\x{52F}\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF}"
        + @"\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}"
        + @"\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}"
        + @"\x{1FC2}-\x{1FC4}\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4}"
        + @"\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126}\x{2128}\x{212A}-\x{212D}"
        + @"\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}"
        + @"\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E}"
        + @"\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}"
        + @"\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}\x{1E900}-\x{1E943}"
        + "]+";

    private const string Deepseek3Words =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Cjk = @"[\x{800}-\x{9FA5}\x{AC00}-\x{D7FF}]+";

    private static readonly string[] Gpt2 = [ByteLevelPreTokenizer.Gpt2Expression];
    private static readonly string[] SingleNumbers = [@"\p{N}", ByteLevelPreTokenizer.Gpt2Expression];

    /// <summary>The pre-tokenizer of a name; null where it is unknown.</summary>
    public static GgufPreTokenizer? Find(string name) => name switch
    {
        "default" => new([@"[\p{P}\$\+<=>\^~\|]+", ByteLevelPreTokenizer.Gpt2Expression, @"\p{N}+", "[0-9][0-9][0-9]"]),
        "gpt-2" or "phi-2" or "jina-es" or "jina-de" or "jina-v2-es" or "jina-v2-de" or "jina-v2-code" or "gigachat" or "roberta-bpe" or "mpt" or "olmo"
            or "jais" or "trillion" or "granite-docling" or "exaone4" => new(Gpt2),
        "smollm" or "starcoder" or "refact" or "command-r" or "codeshell" or "exaone" or "minerva-7b" => new(SingleNumbers),
        "llama3" or "llama-v3" or "llama-bpe" or "falcon3" or "falcon-h1" or "pixtral" or "midm-2.0" or "lfm2" => new([Llama3], IgnoreMerges: true, AddBos: true),
        "dbrx" or "smaug-bpe" or "chatglm-bpe" or "glm4" => new([Llama3]),
        "qwen2" or "deepseek-r1-qwen" => new([Qwen2], Nfc: true),
        "megrez" or "stablelm2" or "hunyuan" or "solar-open" or "grok-2" => new([Qwen2]),
        "qwen35" => new([Qwen35], Nfc: true),
        "tekken" => new([Tekken], IgnoreMerges: true, AddBos: true),
        "gpt-4o" or "llama4" or "kanana2" or "minimax-m2" => new([Gpt4o]),
        "deepseek-v3" or "hunyuan-dense" or "joyai-llm" => new([@"\p{N}{1,3}", @"[\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}]+", Deepseek3Words]),
        "deepseek-llm" => new(["[\r\n]", DeepseekLlmLetters, @"\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+", @"\s+$", Cjk, @"\p{N}+"]),
        "deepseek-coder" => new(["[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", Cjk, @"\p{N}"]),
        "falcon" => new([@"[\p{P}\$\+<=>\^~\|`]+", ByteLevelPreTokenizer.Gpt2Expression, "[0-9][0-9][0-9]"]),
        "bloom" or "poro-chat" or "gpt3-finnish" => new([Bloom]),
        "viking" => new([Bloom, @"\p{N}"]),
        "bailingmoe" or "bailingmoe2" or "llada-moe" => new([BailingMoe]),
        "seed-coder" => new([SeedCoder]),
        _ => null,
    };
}
