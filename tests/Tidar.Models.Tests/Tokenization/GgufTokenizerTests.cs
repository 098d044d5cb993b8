using System.Text.Json;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Tokenization;

public sealed class GgufTokenizerTests
{
    [Fact]
    public void The_tokenizer_inside_a_gguf_file_gives_the_recorded_ids()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "gguf", "llama-F32.gguf"));
        Tokenizer tokenizer = Tokenizer.FromGguf(checkpoint.ReadGgufTokenizer()!);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("goldens", "models", "gguf", "tokenizer.cases.json")));
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
            Assert.Equal(item.Ids("ids"), tokenizer.Encode(item.Text("text"), addSpecialTokens: false));
    }

    [Fact]
    public void The_tokenizer_of_the_SmolLM2_gguf_file_is_the_one_of_its_tokenizer_json()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        EqualOnAllCases("smollm2", Tokenizer.FromGguf(checkpoint.ReadGgufTokenizer()!));
    }

    [Theory]
    [InlineData("gpt2", "gpt-2")]
    [InlineData("qwen3", "qwen2")]
    [InlineData("llama3-style", "llama-bpe")]
    [InlineData("tekken-style", "tekken")]
    [InlineData("smollm2", "smollm")]
    [InlineData("deepseek3-style-small", "deepseek-v3")]
    public void A_named_pre_tokenizer_splits_as_the_models_own_tokenizer_json(string name, string pre)
    {
        (string[] tokens, int[] types, string[] merges) = Vocabulary(name);
        Tokenizer golden = GoldenTokenizers.Get(name);
        bool hasBos = golden.Encode("").Length > 0;
        EqualOnAllCases(name, Tokenizer.FromGguf(new GgufTokenizerData
        {
            Source = name, Model = "gpt2", Pre = pre, Tokens = tokens, TokenTypes = types, Merges = merges,
            BosId = hasBos ? golden.Encode("")[0] : null, AddBos = hasBos,
        }));
    }

    [Theory]
    [InlineData("mistral-v1")]
    [InlineData("stories260k")]
    public void Merges_follow_from_the_scores_of_a_SentencePiece_model(string name)
    {
        (string[] tokens, int[] types, string[] merges) = Vocabulary(name);
        Dictionary<string, int> rank = merges.Select(static (m, i) => (Token: m.Replace(" ", "", StringComparison.Ordinal), Rank: i)).DistinctBy(static m => m.Token).ToDictionary(static m => m.Token, static m => m.Rank);
        float[] scores = [.. tokens.Select(t => rank.TryGetValue(t, out int r) ? -(float)r : -1e9f)];
        types[0] = 2;
        for (int b = 0; b < 256; b++)
            types[3 + b] = 6;
        EqualOnAllCases(name, Tokenizer.FromGguf(new GgufTokenizerData
        {
            Source = name, Model = "llama", Tokens = tokens, TokenTypes = types, Scores = scores, BosId = 1, EosId = 2,
        }));
    }

    [Fact]
    public void A_saved_tokenizer_is_the_same_tokenizer_again()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "gguf", "qwen2-Q8_0.gguf"));
        Tokenizer tokenizer = Tokenizer.FromGguf(checkpoint.ReadGgufTokenizer()!);
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        Tokenizer again = Tokenizer.Load(folder.Path);
        Assert.Equal(tokenizer.VocabularySize, again.VocabularySize);
        const string Text = "<|begin|>The cat's 12 naïve 日本語 tokens.\n\n<|end|>";
        Assert.Equal(tokenizer.Encode(Text), again.Encode(Text));
        Assert.Equal(tokenizer.AddedTokens, again.AddedTokens);
    }

    [Fact]
    public void An_unknown_pre_tokenizer_or_model_is_refused()
    {
        var data = new GgufTokenizerData { Source = "x.gguf", Model = "gpt2", Pre = "quux", Tokens = ["a"], Merges = [] };
        Assert.Contains("quux", Assert.Throws<InvalidInputException>(() => Tokenizer.FromGguf(data)).Message, StringComparison.Ordinal);
        Assert.Contains("t5", Assert.Throws<InvalidInputException>(() => Tokenizer.FromGguf(data with { Model = "t5" })).Message, StringComparison.Ordinal);
        Assert.Contains("merges", Assert.Throws<InvalidInputException>(() => Tokenizer.FromGguf(data with { Pre = "gpt-2", Merges = null })).Message, StringComparison.Ordinal);
        Assert.Contains("token_type", Assert.Throws<InvalidInputException>(() => Tokenizer.FromGguf(data with { TokenTypes = [1, 1] })).Message, StringComparison.Ordinal);
        Assert.Contains("bos", Assert.Throws<InvalidInputException>(() => Tokenizer.FromGguf(data with { Pre = "gpt-2", AddBos = true, BosId = 7 })).Message, StringComparison.Ordinal);
        Assert.Contains("once", Assert.Throws<InvalidInputException>(() => Tokenizer.FromGguf(data with { Tokens = ["a", "a"] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default", "It's 12345 +++ ok", "It|'|s| |123|45| |+++| ok")]
    [InlineData("qwen2", "it'S 123  x\n", "it|'S| |1|2|3| | x|\n")]
    [InlineData("llama-bpe", "it'S 12345", "it|'S| |123|45")]
    [InlineData("gpt-4o", "HelloWorld's 1234", "Hello|World's| |123|4")]
    [InlineData("deepseek-coder", "a b\n12", "a| b|\n|1|2")]
    [InlineData("deepseek-llm", "Wort, 12  ", "Wort|,| |12|  ")]
    [InlineData("falcon", "(ab)1234", "(|ab|)|123|4")]
    [InlineData("bloom", "a,b c", "a|,|b| c")]
    public void Each_pre_tokenizer_cuts_where_its_model_does(string pre, string text, string expected)
    {
        // A vocabulary of bytes and of every pair of neighbours: a piece is whole exactly where merges may run through it.
        string[] alphabet = [.. Enumerable.Range(0, 256).Select(static b => Models.Tokenization.Text.ByteAlphabet.ToChar((byte)b).ToString())];
        string[] pieces = expected.Split('|');
        var merges = new List<string>();
        var tokens = new List<string>(alphabet);
        foreach (string piece in pieces.Append(text))
        {
            string mapped = Models.Tokenization.Text.ByteAlphabet.Encode(piece);
            for (int length = 2; length <= mapped.Length; length++)
            {
                if (tokens.Contains(mapped[..length]))
                    continue;
                tokens.Add(mapped[..length]);
                merges.Add($"{mapped[..(length - 1)]} {mapped[length - 1]}");
            }
        }

        Tokenizer tokenizer = Tokenizer.FromGguf(new GgufTokenizerData { Source = "t", Model = "gpt2", Pre = pre, Tokens = [.. tokens], Merges = [.. merges] });
        int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
        Assert.Equal(expected, string.Join('|', ids.Select(id => tokenizer.Decode([id]))));
    }

    private static void EqualOnAllCases(string name, Tokenizer tokenizer)
    {
        foreach (JsonElement line in GoldenTokenizers.Lines(name, "cases.jsonl"))
        {
            string text = line.Text("text");
            Assert.Equal(line.Ids("ids"), tokenizer.Encode(text));
            Assert.Equal(line.Text("decoded_skip_special"), tokenizer.Decode(line.Ids("ids"), skipSpecialTokens: true));
        }
    }

    private static (string[] Tokens, int[] Types, string[] Merges) Vocabulary(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("data", "tokenizers", name, "tokenizer.json")));
        Tokenizer golden = GoldenTokenizers.Get(name);
        string[] tokens = [.. Enumerable.Range(0, golden.VocabularySize).Select(id => golden.GetToken(id)!)];
        int[] types = new int[tokens.Length];
        Array.Fill(types, 1);
        foreach (AddedToken token in golden.AddedTokens)
            types[token.Id] = token.Special ? 3 : 4;
        string[] merges = [.. document.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(static m => $"{m[0].GetString()} {m[1].GetString()}")];
        return (tokens, types, merges);
    }
}
