using System.Text.Json.Nodes;
using Tidar.Models.Tokenization.Loading;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Training;

/// <summary>
/// Trains a byte-level BPE tokenizer (Sennrich et al., arXiv 1508.07909, on bytes as in GPT-2). Deterministic: the result depends on the texts and the
/// options alone, not on the order of the texts. The file it saves is read by Hugging Face's library too.
/// </summary>
public static class BpeTrainer
{
    private const string Name = "tokenizer training";
    private const int TextsPerReport = 1000;
    private const int MergesPerReport = 100;

    /// <summary>Trains on <paramref name="texts"/>, each read once.</summary>
    /// <exception cref="InvalidInputException">The options contradict each other.</exception>
    public static Tokenizer Train(
        IEnumerable<string> texts,
        BpeTrainerOptions options,
        IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        Check(options);
        string[] allBytes = [.. Enumerable.Range(0, 256).Select(static b => ByteAlphabet.ToChar((byte)b).ToString())];

        // The splitting of the final tokenizer itself cuts the training text; its vocabulary plays no part in that.
        Tokenizer splitter = Tokenizer.FromJson(Define(options, [.. options.SpecialTokens, .. allBytes], []).ToJson(), Name);
        var counter = new PieceCounter();
        long characters = 0;
        int read = 0;
        foreach (string text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            splitter.Visit(text, counter);
            characters += text.Length;
            if (++read % TextsPerReport == 0)
                progress?.Report(new BpeTrainingProgress(characters, 0, options.VocabularySize));
        }

        string[] alphabet = options.AllBytes ? allBytes : [.. allBytes.Where((_, b) => counter.HasByte((byte)b))];
        int fixedTokens = options.SpecialTokens.Count + alphabet.Length;
        if (options.VocabularySize < fixedTokens)
            throw Error("vocabulary size", $"at least {fixedTokens} ({options.SpecialTokens.Count} special tokens and {alphabet.Length} bytes)", $"{options.VocabularySize}");
        var table = new MergeLearner(counter.Pieces, alphabet, options);
        while (table.Tokens.Count < options.VocabularySize && table.MergeNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (table.Merges.Count % MergesPerReport == 0)
                progress?.Report(new BpeTrainingProgress(characters, table.Tokens.Count, options.VocabularySize));
        }

        progress?.Report(new BpeTrainingProgress(characters, table.Tokens.Count, options.VocabularySize));
        return Tokenizer.FromJson(Define(options, table.Tokens, table.Merges).ToJson(), Name);
    }

    private static TokenizerDefinition Define(BpeTrainerOptions options, IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges)
    {
        var steps = new List<JsonNode?>();
        if (options.DigitsIndividual)
            steps.Add(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true });
        if (options.SplitExpression is { } expression)
            steps.Add(TokenizerDefinition.SplitStep(expression));
        steps.Add(TokenizerDefinition.ByteLevelStep(useRegex: options.SplitExpression is null));
        return new TokenizerDefinition
        {
            Tokens = tokens,
            Merges = merges,
            AddedTokens = [.. options.SpecialTokens.Select(static (t, id) => new AddedToken(id, t, SingleWord: false, StripLeft: false, StripRight: false, Normalized: false, Special: true))],
            Normalizer = options.Nfc ? new JsonObject { ["type"] = "NFC" } : null,
            PreTokenizer = TokenizerDefinition.Sequence("pretokenizers", [.. steps]),
            PostProcessor = TokenizerDefinition.Template(Special(options, options.BosToken), Special(options, options.EosToken)),
            Decoder = TokenizerDefinition.ByteLevelStep(useRegex: true),
        };
    }

    private static (string Token, int Id)? Special(BpeTrainerOptions options, string? token) =>
        token is null ? null : (token, options.SpecialTokens.ToList().IndexOf(token));

    private static void Check(BpeTrainerOptions options)
    {
        if (options.MinFrequency < 1)
            throw Error("minimum frequency", "at least 1", $"{options.MinFrequency}");
        if (options.LongestToken < 1)
            throw Error("longest token", "at least 1 byte", $"{options.LongestToken}");
        if (options.SpecialTokens.Any(static t => t.Length == 0 || CodePoints.WellFormed(t) != t))
            throw Error("special tokens", "text", "an empty token or half a character");
        if (options.SpecialTokens.GroupBy(static t => t).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw Error("special tokens", "every token once", $"\"{twice.Key}\" twice");
        foreach (string? token in new[] { options.BosToken, options.EosToken })
        {
            if (token is not null && !options.SpecialTokens.Contains(token))
                throw Error("special tokens", $"the BOS or EOS token \"{token}\" among them", "not there");
        }
    }

    private static InvalidInputException Error(string field, string expected, string found) => new(Name, field, expected, found);
}
