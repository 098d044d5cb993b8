using Tidar.Models.Tokenization;
using Tidar.Models.Tokenization.Text;
using Tidar.Models.Tokenization.Training;
using Tidar.Tests;

namespace Tidar.Models.Tests.Tokenization;

public sealed class BpeTrainerTests
{
    private const string Story = "low lower lowest new newer newest wide wider widest 2024 2025 naïve café 日本 low low newer";

    [Fact]
    public void Merges_are_those_of_counting_all_pairs_anew_each_time()
    {
        var random = new Random(11);
        for (int round = 0; round < 20; round++)
        {
            string[] texts = [.. Enumerable.Range(0, 12).Select(_ => string.Concat(Enumerable.Range(0, 60).Select(_ => "aabbcd é "[random.Next(9)])))];
            var options = new BpeTrainerOptions { VocabularySize = 256 + 40, MinFrequency = 1 + random.Next(3) };
            Tokenizer tokenizer = Train(texts, options);
            Assert.Equal(TrainPlainly(texts, options), [.. Enumerable.Range(256, tokenizer.VocabularySize - 256).Select(id => tokenizer.GetToken(id)!)]);
        }
    }

    [Fact]
    public void The_same_texts_in_another_order_give_the_same_file()
    {
        string[] texts = Story.Split(' ');
        var options = new BpeTrainerOptions { VocabularySize = 300, MinFrequency = 1, SpecialTokens = ["<s>", "</s>"] };
        using var folder = new TemporaryFolder();
        Train(texts, options).Save(folder.File("a.json"));
        Train(texts.Reverse(), options).Save(folder.File("b.json"));
        Assert.Equal(File.ReadAllBytes(folder.File("a.json")), File.ReadAllBytes(folder.File("b.json")));
    }

    [Fact]
    public void A_trained_tokenizer_is_saved_loaded_and_writes_any_text()
    {
        var options = new BpeTrainerOptions { VocabularySize = 290, SpecialTokens = ["<bos>", "<eos>", "[MASK]"], BosToken = "<bos>", EosToken = "<eos>", Nfc = true };
        Tokenizer trained = Train(Enumerable.Repeat(Story, 5), options);
        using var folder = new TemporaryFolder();
        trained.Save(folder.Path);
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(290, tokenizer.VocabularySize);
        Assert.Equal(["<bos>", "<eos>", "[MASK]"], tokenizer.AddedTokens.Select(static t => t.Content));
        const string Text = "The newest 1234 ﬁnds: 😀\n\t\0 done";
        int[] ids = tokenizer.Encode(Text);
        Assert.Equal(0, ids[0]);
        Assert.Equal(1, ids[^1]);
        Assert.Equal(Text, tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.True(tokenizer.Encode(Story, addSpecialTokens: false).Length < Story.Length / 2);
    }

    [Fact]
    public void Digits_stay_alone_and_special_tokens_are_not_learned_from()
    {
        string[] texts = [.. Enumerable.Repeat("2024 2024 <s>abab</s>", 50)];
        Tokenizer tokenizer = Train(texts, new BpeTrainerOptions { VocabularySize = 400, SpecialTokens = ["<s>", "</s>", "abab"] });
        Assert.Equal(["2", "0", "2", "4"], tokenizer.Encode("2024").Select(id => tokenizer.GetToken(id)));
        Assert.DoesNotContain(Enumerable.Range(3, tokenizer.VocabularySize - 3), id => tokenizer.GetToken(id)!.Contains('<', StringComparison.Ordinal) && tokenizer.GetToken(id)!.Length > 1);
        Assert.Equal([0, 2, 1], tokenizer.Encode("<s>abab</s>"));
        Tokenizer numbers = Train(texts, new BpeTrainerOptions { VocabularySize = 400, DigitsIndividual = false });
        Assert.Single(numbers.Encode("2024"));
    }

    [Fact]
    public void Without_room_for_merges_the_model_is_one_of_characters()
    {
        Tokenizer tokenizer = Train(["hello world"], new BpeTrainerOptions { VocabularySize = 8, AllBytes = false });
        Assert.Equal(8, tokenizer.VocabularySize);
        Assert.Equal(11, tokenizer.Encode("hello world").Length);
        Assert.Equal("hello world", tokenizer.Decode(tokenizer.Encode("hello world")));
    }

    [Fact]
    public void Tokens_are_no_longer_than_asked()
    {
        Tokenizer tokenizer = Train(Enumerable.Repeat("abcdefghijkl", 10), new BpeTrainerOptions { VocabularySize = 300, LongestToken = 4 });
        Assert.Equal(4, Enumerable.Range(0, tokenizer.VocabularySize).Max(id => tokenizer.GetTokenBytes(id).Length));
    }

    [Fact]
    public void Progress_is_reported_and_a_training_can_be_cancelled()
    {
        var reports = new List<BpeTrainingProgress>();
        Train(Enumerable.Repeat(Story, 1500), new BpeTrainerOptions { VocabularySize = 280 }, new Recorder(reports.Add));
        Assert.Equal(1500L * Story.Length, reports[^1].Characters);
        Assert.Equal(280, reports[^1].Tokens);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => BpeTrainer.Train([Story], new BpeTrainerOptions { VocabularySize = 300 }, null, cancelled.Token));
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Refused(new BpeTrainerOptions { VocabularySize = 255 }, "vocabulary size");
        Refused(new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["a", "a"] }, "special tokens");
        Refused(new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = [""] }, "special tokens");
        Refused(new BpeTrainerOptions { VocabularySize = 300, BosToken = "<s>" }, "special tokens");
        Refused(new BpeTrainerOptions { VocabularySize = 300, MinFrequency = 0 }, "minimum frequency");
        Refused(new BpeTrainerOptions { VocabularySize = 300, SplitExpression = "(" }, "regular expression");

        static void Refused(BpeTrainerOptions options, string field) =>
            Assert.Contains(field, Assert.Throws<InvalidInputException>(() => Train(["text"], options)).Message, StringComparison.Ordinal);
    }

    // The definition, with no bookkeeping: count every pair of neighbours, merge the most frequent, begin again.
    private static List<string> TrainPlainly(string[] texts, BpeTrainerOptions options)
    {
        string[] alphabet = [.. Enumerable.Range(0, 256).Select(static b => ByteAlphabet.ToChar((byte)b).ToString())];
        Tokenizer splitter = Train([], new BpeTrainerOptions { VocabularySize = 256 });
        var counter = new PieceCounter();
        foreach (string text in texts)
            splitter.Visit(text, counter);
        List<(List<string> Symbols, long Count)> pieces = [.. counter.Pieces.Select(static p => (ByteAlphabet.Encode(p.Key).Select(static c => c.ToString()).ToList(), p.Value))];
        Dictionary<string, int> ids = alphabet.Select(static (a, i) => (a, i)).ToDictionary(static x => x.a, static x => x.i);
        while (ids.Count < options.VocabularySize)
        {
            var counts = new Dictionary<(int, int), long>();
            foreach ((List<string> symbols, long count) in pieces)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                    counts[(ids[symbols[i]], ids[symbols[i + 1]])] = counts.GetValueOrDefault((ids[symbols[i]], ids[symbols[i + 1]])) + count;
            }

            if (counts.Count == 0 || counts.Values.Max() < options.MinFrequency)
                break;
            (int left, int right) = counts.OrderByDescending(static c => c.Value).ThenBy(static c => c.Key).First().Key;
            string[] tokens = [.. ids.OrderBy(static i => i.Value).Select(static i => i.Key)];
            ids.TryAdd(tokens[left] + tokens[right], ids.Count);
            foreach ((List<string> symbols, _) in pieces)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] != tokens[left] || symbols[i + 1] != tokens[right])
                        continue;
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return [.. ids.OrderBy(static i => i.Value).Skip(256).Select(static i => i.Key)];
    }

    private static Tokenizer Train(IEnumerable<string> texts, BpeTrainerOptions options, IProgress<BpeTrainingProgress>? progress = null) =>
        BpeTrainer.Train(texts, options, progress, TestContext.Current.CancellationToken);

    private sealed class Recorder(Action<BpeTrainingProgress> record) : IProgress<BpeTrainingProgress>
    {
        public void Report(BpeTrainingProgress value) => record(value);
    }
}
