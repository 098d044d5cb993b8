using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Tidar.Models.Tokenization;
using Tidar.Tests;

namespace Tidar.Models.Tests.Tokenization;

public sealed class TokenizerGoldenTests
{
    public static TheoryData<string> Names => GoldenTokenizers.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_are_those_of_the_reference(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        int cases = 0;
        foreach (JsonElement line in GoldenTokenizers.Lines(name, "cases.jsonl"))
        {
            string text = line.Text("text");
            Equal(line.Ids("ids"), tokenizer.Encode(text), text);
            Equal(line.Ids("ids_no_special"), tokenizer.Encode(text, addSpecialTokens: false), text);
            string asText = line.TryGetProperty("ids_special_as_text", out _) ? "ids_special_as_text" : "ids_no_special";
            Equal(line.Ids(asText), tokenizer.Encode(text, addSpecialTokens: false, parseSpecialTokens: false), text);
            cases++;
        }

        Assert.True(cases > 100);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decoded_text_is_that_of_the_reference(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        foreach (JsonElement line in GoldenTokenizers.Lines(name, "cases.jsonl"))
        {
            int[] ids = line.Ids("ids");
            Assert.Equal(line.Text("decoded"), tokenizer.Decode(ids));
            Assert.Equal(line.Text("decoded_skip_special"), tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Streamed_pieces_are_those_of_the_reference(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        foreach (JsonElement line in GoldenTokenizers.Lines(name, "streaming.jsonl"))
        {
            int[] ids = line.Ids("ids");
            bool skip = line.GetProperty("skip_special").GetBoolean();
            StreamingDetokenizer stream = tokenizer.CreateDetokenizer(skip);
            string[] pieces = [.. ids.Select(stream.Append), stream.Flush()];
            Assert.All(pieces, static p => Assert.True(IsWellFormed(p)));
            Assert.Equal(line.Text("full"), tokenizer.Decode(ids, skip));
            if (line.TryGetProperty("invalid_byte_run", out _))
                continue;
            Assert.Equal(line.Text("full"), string.Concat(pieces));
            if (!line.TryGetProperty("has_replacement", out _))
                Assert.Equal(line.GetProperty("pieces").EnumerateArray().Select(static p => p.GetString()), pieces);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_megabyte_of_mixed_text_has_the_ids_of_the_reference(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("goldens", "tokenizers", "throughput.json")));
        JsonElement expected = document.RootElement.GetProperty("tokenizers").GetProperty(name);
        string text = File.ReadAllText(SharedData.Path("goldens", "tokenizers", "throughput.txt"));
        int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
        Assert.Equal(expected.GetProperty("ids").GetInt32(), ids.Length);
        Assert.Equal(expected.Text("ids_sha256_int32le"), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan()))));
        Assert.Equal(expected.GetProperty("roundtrip_equal").GetBoolean(), tokenizer.Decode(ids) == text);
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static void Equal(int[] expected, int[] actual, string text) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, found {string.Join(' ', actual)}");
}
