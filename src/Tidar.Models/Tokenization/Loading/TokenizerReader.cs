using System.Text.Json;
using Tidar.Models.Files;
using Tidar.Models.Tokenization.Bpe;
using Tidar.Models.Tokenization.Decoders;
using Tidar.Models.Tokenization.Normalizers;
using Tidar.Models.Tokenization.PostProcessors;
using Tidar.Models.Tokenization.PreTokenizers;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>
/// Reads tokenizer.json (format of the Hugging Face <c>tokenizers</c> library, version 1.0). <c>truncation</c> and <c>padding</c> are left to the
/// caller of a model, and BPE <c>dropout</c>, a device of training, is off.
/// </summary>
internal static class TokenizerReader
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="InvalidInputException">Something is missing, malformed, contradictory or of an unknown kind.</exception>
    public static TokenizerParts Read(JsonDocument document, string source)
    {
        JsonFields fields = JsonFields.Of(document, source);
        if (fields.OptionalText("version") is { } version && version != "1.0")
            throw fields.Error("version", "1.0", version);
        Normalizer? normalizer = fields.OptionalObject("normalizer") is { } n ? NormalizerReader.Read(n) : null;
        List<PreTokenizer> preTokenizers = fields.OptionalObject("pre_tokenizer") is { } p ? [.. PreTokenizerReader.Read(p)] : [];
        bool readsBytes = preTokenizers.Count > 0 && preTokenizers[^1] is ByteLevelPreTokenizer;
        if (readsBytes)
            preTokenizers[^1] = ((ByteLevelPreTokenizer)preTokenizers[^1]).WithoutMapping();
        (BpeModel model, Dictionary<string, int> vocabulary) = BpeReader.Read(fields.Object("model"), readsBytes);
        return new TokenizerParts(
            source,
            model,
            vocabulary,
            ReadAddedTokens(fields, vocabulary),
            normalizer,
            new PreTokenizerSequence(preTokenizers),
            fields.OptionalObject("decoder") is { } d ? [.. DecoderReader.Read(d)] : [new SpacedDecoder()],
            fields.OptionalObject("post_processor") is { } o ? PostProcessorReader.Read(o) : PostProcessor.None);
    }

    // A token that the vocabulary has keeps the vocabulary's id. The others follow the vocabulary in the order listed, which is what the
    // reference gives them whatever `id` says; only a vocabulary with holes leaves `id` to decide.
    private static List<AddedToken> ReadAddedTokens(JsonFields fields, Dictionary<string, int> vocabulary)
    {
        var tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        if (!fields.TryGet("added_tokens", out _))
            return [];
        HashSet<int> taken = [.. vocabulary.Values];
        bool dense = taken.Count == 0 || taken.Max() == taken.Count - 1;
        int next = taken.Count;
        foreach (JsonFields item in fields.Objects("added_tokens"))
        {
            string content = item.Text("content");
            int written = item.Integer("id", 0, vocabulary.Count * 16 + (1 << 20));
            if (content.Length == 0)
                continue;
            if (!vocabulary.TryGetValue(content, out int id))
                id = tokens.TryGetValue(content, out AddedToken? before) ? before.Id : dense ? next++ : written;
            tokens[content] = new AddedToken(
                id,
                content,
                item.Boolean("single_word", absent: false),
                item.Boolean("lstrip", absent: false),
                item.Boolean("rstrip", absent: false),
                item.Boolean("normalized", absent: true),
                item.Boolean("special", absent: false));
        }

        return [.. tokens.Values.OrderBy(static t => t.Id)];
    }
}
