using System.Text;
using Tidar.Models.Tokenization;
using Tidar.Models.Tokenization.Bpe;

namespace Tidar.Models.Tests.Tokenization;

public sealed class TokenizerPropertyTests
{
    public static TheoryData<string> Names => GoldenTokenizers.Names;

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3-style")]
    [InlineData("tekken-style")]
    [InlineData("deepseek3-style-small")]
    public void A_byte_level_tokenizer_gives_back_every_text(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            string text = RandomText(random, wellFormed: true);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false)));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false, parseSpecialTokens: false)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_text_is_encoded_and_streams_as_it_decodes(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        var random = new Random(2);
        for (int i = 0; i < 200; i++)
        {
            int[] ids = tokenizer.Encode(RandomText(random, wellFormed: false));
            Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            Assert.Equal(tokenizer.Decode(ids), Stream(tokenizer, ids, skip: false));
            Assert.Equal(tokenizer.Decode(ids, skipSpecialTokens: true), Stream(tokenizer, ids, skip: true));
        }
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("smollm2")]
    [InlineData("flags-small")]
    public void Any_ids_stream_as_they_decode(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(-1, tokenizer.VocabularySize + 1))];
            Assert.Equal(tokenizer.Decode(ids), Stream(tokenizer, ids, skip: false));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bytes_of_all_tokens_of_a_text_are_the_text(string name)
    {
        Tokenizer tokenizer = GoldenTokenizers.Get(name);
        const string Text = "Hello, naïve 日本 😀 world\n";
        int[] ids = tokenizer.Encode(Text, addSpecialTokens: false);
        byte[] bytes = [.. ids.SelectMany(id => tokenizer.GetTokenBytes(id).ToArray())];
        Assert.Equal(Text.TrimStart(), Encoding.UTF8.GetString(bytes).TrimStart());
        Assert.Equal(ids, ids.Select(id => tokenizer.TryGetId(tokenizer.GetToken(id)!, out int same) ? same : -1));
    }

    [Fact]
    public void Threads_share_a_tokenizer()
    {
        Tokenizer tokenizer = GoldenTokenizers.Get("smollm2");
        var random = new Random(4);
        string[] texts = [.. Enumerable.Range(0, 200).Select(_ => RandomText(random, wellFormed: true))];
        int[][] expected = Array.ConvertAll(texts, t => tokenizer.Encode(t));
        int[][] found = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => found[i] = tokenizer.Encode(texts[i]));
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Merging_by_queue_or_scan_or_in_cut_parts_is_the_plain_algorithm()
    {
        var random = new Random(5);
        for (int round = 0; round < 60; round++)
        {
            (Dictionary<string, int> vocabulary, List<(string Left, string Right)> merges) = RandomModel(random);
            var table = new PairTable(merges.Count);
            for (int rank = 0; rank < merges.Count; rank++)
                table.Set(vocabulary[merges[rank].Left], vocabulary[merges[rank].Right], rank, vocabulary[merges[rank].Left + merges[rank].Right]);
            var options = new BpeOptions { UnknownToken = "<unk>", FuseUnknown = round % 2 == 0 };
            var cut = new BpeModel(vocabulary, table, PieceCutter.Create(vocabulary, merges, options), options);
            var whole = new BpeModel(vocabulary, table, cutter: null, options);
            for (int i = 0; i < 20; i++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(1, i < 10 ? 30 : 400)).Select(_ => "abcdef"[random.Next(6)]));
                int[] expected = Plainly(text, vocabulary, merges, options);
                Assert.Equal(expected, Encode(whole, text));
                Assert.Equal(expected, Encode(cut, text));
            }
        }
    }

    [Fact]
    public void A_megabyte_in_one_piece_takes_no_quadratic_time()
    {
        Tokenizer tokenizer = GoldenTokenizers.Get("gpt2");
        string text = string.Concat(Enumerable.Repeat("abcabd", 170_000));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    private static (Dictionary<string, int> Vocabulary, List<(string Left, string Right)> Merges) RandomModel(Random random)
    {
        // f is not in the vocabulary.
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal) { ["<unk>"] = 0, ["a"] = 1, ["b"] = 2, ["c"] = 3, ["d"] = 4, ["e"] = 5 };
        var merges = new List<(string, string)>();
        for (int i = 0; i < 30; i++)
        {
            string[] tokens = [.. vocabulary.Keys.Skip(1)];
            (string, string) merge = (tokens[random.Next(tokens.Length)], tokens[random.Next(tokens.Length)]);
            string merged = merge.Item1 + merge.Item2;
            if (merged.Length > 6 || merges.Contains(merge))
                continue;
            vocabulary.TryAdd(merged, vocabulary.Count);
            merges.Add(merge);
        }

        return (vocabulary, merges);
    }

    private static int[] Plainly(string text, Dictionary<string, int> vocabulary, List<(string Left, string Right)> merges, BpeOptions options)
    {
        List<string> symbols = [.. text.Select(static c => c == 'f' ? "<unk>" : c.ToString())];
        for (int i = symbols.Count - 1; options.FuseUnknown && i > 0; i--)
        {
            if (symbols[i] == "<unk>" && symbols[i - 1] == "<unk>")
                symbols.RemoveAt(i);
        }

        while (true)
        {
            int best = -1, bestRank = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int rank = merges.IndexOf((symbols[i], symbols[i + 1]));
                if (rank >= 0 && rank < bestRank)
                    (best, bestRank) = (i, rank);
            }

            if (best < 0)
                return [.. symbols.Select(s => vocabulary[s])];
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }

    private static int[] Encode(BpeModel model, string text)
    {
        var state = new EncoderState(model);
        model.Encode(text, state);
        return [.. state.Ids];
    }

    private static string Stream(Tokenizer tokenizer, int[] ids, bool skip)
    {
        StreamingDetokenizer stream = tokenizer.CreateDetokenizer(skip);
        string[] pieces = [.. ids.Select(stream.Append), stream.Flush()];
        return string.Concat(pieces);
    }

    private static string RandomText(Random random, bool wellFormed)
    {
        string[] parts = ["a", "the ", " ", "  ", "\n", "\r\n", "12", "'s", "é", "e\u0301", "日本", "😀", "👩🏽‍🚀", "\u2581", "<s>", "<|im_end|>", "<0x0A>", "\0", "\uFFFD", "ſ", "𝟏", "½", "._", "Ab"];
        var text = new StringBuilder();
        for (int n = random.Next(40); n > 0; n--)
        {
            if (random.Next(4) > 0)
                text.Append(parts[random.Next(parts.Length)]);
            else if (wellFormed)
                text.Append(new Rune(random.Next(2) == 0 ? random.Next(0xD800) : random.Next(0xE000, 0x110000)).ToString());
            else
                text.Append((char)random.Next(0x10000));
        }

        return text.ToString();
    }
}
