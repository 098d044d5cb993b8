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
        PairTable table = ReadMerges(fields, vocabulary, options, out List<(string Left, string Right)> seams);
        return (new BpeModel(vocabulary, table, PieceCutter.Create(vocabulary, seams, options), options), vocabulary);
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

    // `seams` gets the parts of every merge where the model cuts long pieces, which models on bytes do not.
    private static PairTable ReadMerges(JsonFields fields, Dictionary<string, int> vocabulary, BpeOptions options, out List<(string Left, string Right)> seams)
    {
        if (!fields.TryGet("merges", out JsonElement element) || element.ValueKind != JsonValueKind.Array)
            throw fields.Error("merges", "an array", fields.TryGet("merges", out element) ? JsonFields.Describe(element) : "nothing");
        var table = new PairTable(element.GetArrayLength());
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        seams = [];
        int rank = 0;
        char[] joined = [];
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString()!.StartsWith("#version", StringComparison.Ordinal))
                continue;
            (string left, string right) = ReadMerge(fields, item, rank);
            if (!right.StartsWith(options.Prefix, StringComparison.Ordinal))
                throw fields.Error($"merges[{rank}]", $"a second part that starts with \"{options.Prefix}\"", $"\"{right}\"");
            int length = left.Length + right.Length - options.Prefix.Length;
            if (joined.Length < length)
                joined = new char[length * 2];
            left.CopyTo(joined);
            right.AsSpan(options.Prefix.Length).CopyTo(joined.AsSpan(left.Length));
            table.Set(Id(fields, ids, left, rank), Id(fields, ids, right, rank), rank, Id(fields, ids, joined.AsSpan(0, length), rank));
            if (!options.ReadsBytes)
                seams.Add((left, right));
            rank++;
        }

        return table;
    }

    private static int Id(JsonFields fields, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids, ReadOnlySpan<char> token, int rank) =>
        ids.TryGetValue(token, out int id) ? id : throw fields.Error($"merges[{rank}]", "tokens of the vocabulary", $"\"{token}\"");

    private static (string Left, string Right) ReadMerge(JsonFields fields, JsonElement item, int rank)
    {
        if (item.ValueKind == JsonValueKind.String && item.GetString()!.Split(' ') is [string left, string right])
            return (left, right);
        if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2 && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String)
            return (item[0].GetString()!, item[1].GetString()!);
        throw fields.Error($"merges[{rank}]", "two tokens", JsonFields.Describe(item));
    }
}
