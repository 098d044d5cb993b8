using System.Text.Json;
using Tidar.Models.Files;
using Tidar.Models.Tokenization.Bpe;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>Reads <c>model</c>: a vocabulary and its merges.</summary>
internal static class BpeReader
{
    /// <summary>Reads the model; <paramref name="readsBytes"/> as <see cref="BpeOptions.ReadsBytes"/>.</summary>
    public static (BpeModel Model, Dictionary<string, int> Vocabulary) Read(JsonFields fields, bool readsBytes)
    {
        if (fields.OptionalText("type") is { } type && type != "BPE")
            throw fields.Error("type", "BPE (the only kind of model supported)", type);
        var options = new BpeOptions
        {
            UnknownToken = fields.OptionalText("unk_token"),
            FuseUnknown = fields.Boolean("fuse_unk", absent: false),
            ByteFallback = fields.Boolean("byte_fallback", absent: false),
            IgnoreMerges = fields.Boolean("ignore_merges", absent: false),
            Prefix = fields.OptionalText("continuing_subword_prefix") ?? "",
            Suffix = fields.OptionalText("end_of_word_suffix") ?? "",
            ReadsBytes = readsBytes,
        };
        Dictionary<string, int> vocabulary = ReadVocabulary(fields);
        PairTable table = ReadMerges(fields, vocabulary, options, out List<(string Left, string Right)> merges);
        return (new BpeModel(vocabulary, table, PieceCutter.Create(vocabulary, merges, options), options), vocabulary);
    }

    private static Dictionary<string, int> ReadVocabulary(JsonFields fields)
    {
        if (!fields.TryGet("vocab", out JsonElement element) || element.ValueKind != JsonValueKind.Object)
            throw fields.Error("vocab", "an object of tokens and ids", fields.TryGet("vocab", out element) ? JsonFields.Describe(element) : "nothing");
        var vocabulary = new Dictionary<string, int>(element.GetPropertyCount(), StringComparer.Ordinal);

        // Arrays are laid out by id, so ids far beyond the number of tokens would only take memory.
        long largest = element.GetPropertyCount() * 16L + (1 << 16);
        foreach (JsonProperty token in element.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id < 0 || id > largest)
                throw fields.Error("vocab", $"ids from 0 to {largest}", $"{JsonFields.Describe(token.Value)} for \"{token.Name}\"");
            vocabulary[token.Name] = id;
        }

        return vocabulary;
    }

    private static PairTable ReadMerges(JsonFields fields, Dictionary<string, int> vocabulary, BpeOptions options, out List<(string Left, string Right)> merges)
    {
        if (!fields.TryGet("merges", out JsonElement element) || element.ValueKind != JsonValueKind.Array)
            throw fields.Error("merges", "an array", fields.TryGet("merges", out element) ? JsonFields.Describe(element) : "nothing");
        int count = element.GetArrayLength();
        merges = new List<(string, string)>(count);
        var table = new PairTable(count);
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString()!.StartsWith("#version", StringComparison.Ordinal))
                continue;
            (string left, string right) = ReadMerge(fields, item, merges.Count);
            if (!right.StartsWith(options.Prefix, StringComparison.Ordinal))
                throw fields.Error($"merges[{merges.Count}]", $"a second part that starts with \"{options.Prefix}\"", $"\"{right}\"");
            int rank = merges.Count;
            table.Set(Id(fields, vocabulary, left, rank), Id(fields, vocabulary, right, rank), rank, Id(fields, vocabulary, left + right[options.Prefix.Length..], rank));
            merges.Add((left, right));
        }

        return table;
    }

    private static int Id(JsonFields fields, Dictionary<string, int> vocabulary, string token, int rank) =>
        vocabulary.TryGetValue(token, out int id) ? id : throw fields.Error($"merges[{rank}]", "tokens of the vocabulary", $"\"{token}\"");

    private static (string Left, string Right) ReadMerge(JsonFields fields, JsonElement item, int rank)
    {
        string[]? parts = item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!.Split(' '),
            JsonValueKind.Array when item.EnumerateArray().All(static p => p.ValueKind == JsonValueKind.String) =>
                [.. item.EnumerateArray().Select(static p => p.GetString()!)],
            _ => null,
        };
        return parts is [string left, string right] ? (left, right) : throw fields.Error($"merges[{rank}]", "two tokens", JsonFields.Describe(item));
    }
}
