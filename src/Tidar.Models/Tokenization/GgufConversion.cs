using System.Globalization;
using System.Text.Json.Nodes;
using Tidar.Models.Tokenization.Loading;

namespace Tidar.Models.Tokenization;

/// <summary>
/// Turns the tokenizer in a GGUF file's metadata into the <c>tokenizer.json</c> it was made from, or one with the same ids: one code path reads
/// both, and a checkpoint made from a GGUF file can be saved with its tokenizer.
/// </summary>
internal static class GgufConversion
{
    private const int Unknown = 2, Control = 3, UserDefined = 4, Byte = 6;
    private const string Space = "\u2581";

    /// <summary>The document.</summary>
    /// <exception cref="InvalidInputException">The metadata contradict themselves or name an unknown model or pre-tokenizer.</exception>
    public static byte[] ToJson(GgufTokenizerData data)
    {
        string[] tokens = CheckedTokens(data);
        return data.Model switch
        {
            "gpt2" => ByteLevel(data, tokens).ToJson(),
            "llama" => SentencePiece(data, tokens).ToJson(),
            _ => throw Error(data, "model", "gpt2 or llama", $"\"{data.Model}\""),
        };
    }

    private static TokenizerDefinition ByteLevel(GgufTokenizerData data, string[] tokens)
    {
        string name = data.Pre ?? "default";
        GgufPreTokenizer pre = GgufPreTokenizer.Find(name) ?? throw Error(data, "pre", "a pre-tokenizer this program knows", $"\"{name}\"");
        string[] merges = data.Merges ?? throw Error(data, "merges", "a list of merges", "nothing");
        JsonNode?[] steps = [.. pre.Expressions.Select(TokenizerDefinition.SplitStep), TokenizerDefinition.ByteLevelStep(useRegex: false)];
        return new TokenizerDefinition
        {
            Tokens = tokens,
            Merges = [.. merges.Select(m => SplitMerge(data, m))],
            AddedTokens = AddedTokens(data, tokens),
            Normalizer = pre.Nfc ? new JsonObject { ["type"] = "NFC" } : null,
            PreTokenizer = TokenizerDefinition.Sequence("pretokenizers", steps),
            PostProcessor = Template(data, tokens, pre.AddBos),
            Decoder = TokenizerDefinition.ByteLevelStep(useRegex: true),
            IgnoreMerges = pre.IgnoreMerges,
        };
    }

    private static TokenizerDefinition SentencePiece(GgufTokenizerData data, string[] tokens)
    {
        bool prefix = data.AddSpacePrefix ?? true;
        JsonNode replace = TokenizerDefinition.ReplaceStep(" ", Space);
        JsonNode restore = TokenizerDefinition.ReplaceStep(Space, " ");
        JsonNode bytes = new JsonObject { ["type"] = "ByteFallback" };
        JsonNode fuse = new JsonObject { ["type"] = "Fuse" };
        int? unknown = data.UnknownId ?? (data.TokenTypes is { } types && Array.IndexOf(types, Unknown) is >= 0 and var at ? at : null);
        return new TokenizerDefinition
        {
            Tokens = tokens,
            Merges = data.Merges is { } merges ? [.. merges.Select(m => SplitMerge(data, m))] : MergesByScore(data, tokens),
            AddedTokens = AddedTokens(data, tokens),
            Normalizer = prefix
                ? TokenizerDefinition.Sequence("normalizers", new JsonObject { ["type"] = "Prepend", ["prepend"] = Space }, replace)
                : replace,
            PostProcessor = Template(data, tokens, addBos: true),
            Decoder = prefix
                ? TokenizerDefinition.Sequence("decoders", restore, bytes, fuse, new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 })
                : TokenizerDefinition.Sequence("decoders", restore, bytes, fuse),
            UnknownToken = unknown is { } id ? tokens[CheckedId(data, "unknown_token_id", id)] : null,
            ByteFallback = true,
        };
    }

    // SentencePiece merges whatever gives the token of the highest score: every way to split a token in two is a merge of that token's rank.
    // Among ways to the same token the longer left part goes first, as in Hugging Face's conversion.
    private static List<(string Left, string Right)> MergesByScore(GgufTokenizerData data, string[] tokens)
    {
        float[] scores = data.Scores ?? throw Error(data, "scores", "one score per token", "nothing");
        if (scores.Length != tokens.Length || scores.Any(float.IsNaN))
            throw Error(data, "scores", $"{tokens.Length} numbers", $"{scores.Length}, or one that is no number");
        var mergeable = new HashSet<string>(tokens.Where((_, id) => TypeOf(data, id) is not (Unknown or Control or Byte)), StringComparer.Ordinal);
        var merges = new List<(float Score, string Left, string Right)>();
        for (int id = 0; id < tokens.Length; id++)
        {
            string token = tokens[id];
            if (!mergeable.Contains(token) || token.Length > LongestMerged)
                continue;
            for (int cut = 1; cut < token.Length; cut++)
            {
                if (char.IsLowSurrogate(token[cut]))
                    continue;
                (string left, string right) = (token[..cut], token[cut..]);
                if (mergeable.Contains(left) && mergeable.Contains(right))
                    merges.Add((scores[id], left, right));
            }
        }

        return [.. merges.OrderByDescending(static m => m.Score).ThenByDescending(static m => m.Left.Length).ThenByDescending(static m => m.Right.Length).Select(static m => (m.Left, m.Right))];
    }

    // No SentencePiece model has tokens near this; it bounds the quadratic cost of looking at every split.
    private const int LongestMerged = 4096;

    private static string[] CheckedTokens(GgufTokenizerData data)
    {
        if (data.TokenTypes is { } types && types.Length != data.Tokens.Length)
            throw Error(data, "token_type", $"{data.Tokens.Length} types", $"{types.Length}");
        string[] tokens = new string[data.Tokens.Length];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
        {
            tokens[id] = data.Tokens[id].Length > 0 ? Text.CodePoints.WellFormed(data.Tokens[id]) : string.Create(CultureInfo.InvariantCulture, $"[EMPTY_{id}]");
            if (!seen.TryAdd(tokens[id], id))
                throw Error(data, "tokens", "every token once", $"\"{tokens[id]}\" as {seen[tokens[id]]} and {id}");
        }

        return tokens;
    }

    private static List<AddedToken> AddedTokens(GgufTokenizerData data, string[] tokens)
    {
        HashSet<int> special = [.. new[] { data.BosId, data.EosId, data.UnknownId, data.PaddingId }.OfType<int>().Where(id => id >= 0 && id < tokens.Length && data.TokenTypes is null)];
        var added = new List<AddedToken>();
        for (int id = 0; id < tokens.Length; id++)
        {
            int type = TypeOf(data, id);
            bool isSpecial = type is Control or Unknown || special.Contains(id);
            if (isSpecial || type == UserDefined)
                added.Add(new AddedToken(id, tokens[id], SingleWord: false, StripLeft: false, StripRight: false, Normalized: false, isSpecial));
        }

        return added;
    }

    private static JsonObject? Template(GgufTokenizerData data, string[] tokens, bool addBos) => TokenizerDefinition.Template(
        (data.AddBos ?? addBos) && data.BosId is { } bos ? (tokens[CheckedId(data, "bos_token_id", bos)], bos) : null,
        (data.AddEos ?? false) && data.EosId is { } eos ? (tokens[CheckedId(data, "eos_token_id", eos)], eos) : null);

    // The parts have no spaces, except that a part may be a space.
    private static (string Left, string Right) SplitMerge(GgufTokenizerData data, string merge)
    {
        int space = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
        return space > 0 ? (merge[..space], merge[(space + 1)..]) : throw Error(data, "merges", "two tokens with a space between", $"\"{merge}\"");
    }

    private static int TypeOf(GgufTokenizerData data, int id) => data.TokenTypes is { } types ? types[id] : 1;

    private static int CheckedId(GgufTokenizerData data, string key, int id) =>
        id >= 0 && id < data.Tokens.Length ? id : throw Error(data, key, $"an id below {data.Tokens.Length}", $"{id}");

    private static InvalidInputException Error(GgufTokenizerData data, string key, string expected, string found) =>
        new(data.Source, $"tokenizer.ggml.{key}", expected, found);
}
