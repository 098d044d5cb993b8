using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Tokenization;
using Tidar.Models.Tokenization.Training;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Data.Synthetic;

namespace Tidar.Training.Tests.Synthetic;

/// <summary>What the model card of models/tidar-demo claims, on every held-out prompt.</summary>
public sealed class EmbeddedModelTests
{
    private static string Recipe(string file) => Path.Combine(SharedData.RepositoryRoot, "recipes", "tidar-demo", file);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_solves_its_word_problems_at_five_tokens_a_pass_and_says_what_its_autoregressive_twin_says(bool fast)
    {
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(SharedData.RepositoryRoot, "models", "tidar-demo"));
        using Transformer model = Transformer.Load(checkpoint, team, fast ? Transformer.FastFormat(checkpoint) : null);
        TextGenerator generator = new(model, checkpoint.LoadTokenizer());
        GenerationOptions tidar = new() { MaxTokens = 400, DraftLength = 8, Mode = TidarMode.Fused }, autoregressive = tidar with { Strategy = StrategyKind.Autoregressive };
        int problems = 0, right = 0, tokens = 0, passes = 0;
        foreach (JsonElement line in File.ReadLines(Recipe("heldout.jsonl")).Select(l => JsonDocument.Parse(l).RootElement))
        {
            string prompt = line.GetProperty("prompt").GetString()!;
            GenerationResult result = generator.Generate(prompt, tidar);
            Assert.Equal(generator.Generate(prompt, autoregressive).Ids, result.Ids);
            tokens += result.Ids.Count;
            passes += result.Passes;
            if (line.GetProperty("kind").GetString() != "word_problem")
                continue;
            problems++;
            if (WordProblemChecker.IsRight(result.Text!, line.GetProperty("answer").GetString()!))
                right++;
        }

        Assert.Equal(200, problems);
        Assert.InRange(right, 190, 200);
        Assert.InRange((double)tokens / passes, 5, 8);
    }

    [Fact]
    public void In_two_pass_mode_with_int8_weights_too_it_says_what_its_autoregressive_twin_says()
    {
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(SharedData.RepositoryRoot, "models", "tidar-demo"));
        using Transformer model = Transformer.Load(checkpoint, team, WeightFormat.Int8);
        TextGenerator generator = new(model, checkpoint.LoadTokenizer());
        foreach (JsonElement line in File.ReadLines(Recipe("heldout.jsonl")).Where((_, i) => i % 11 == 0).Select(l => JsonDocument.Parse(l).RootElement))
        {
            string prompt = line.GetProperty("prompt").GetString()!;
            IReadOnlyList<int> expected = generator.Generate(prompt, new GenerationOptions { Strategy = StrategyKind.Autoregressive }).Ids;
            Assert.Equal(expected, generator.Generate(prompt, new GenerationOptions { Mode = TidarMode.TwoPass }).Ids);
        }
    }

    [Fact]
    public void Its_tokenizer_is_what_the_trainer_makes_of_its_text()
    {
        IEnumerable<string> texts = DemoCorpus.Generate(1, CorpusSplit.Train).Take(20_000).SelectMany(d => new[] { d.Prompt, d.Completion });
        Tokenizer trained = BpeTrainer.Train(texts, new BpeTrainerOptions { VocabularySize = 512, SpecialTokens = ["<|endoftext|>", "<|mask|>"] });
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "tokenizer.json");
        trained.Save(path);
        Assert.Equal(File.ReadAllText(Recipe("tokenizer.json")), File.ReadAllText(path));
        Assert.Equal(File.ReadAllText(Recipe("tokenizer.json")), File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "models", "tidar-demo", "tokenizer.json")));
    }
}
