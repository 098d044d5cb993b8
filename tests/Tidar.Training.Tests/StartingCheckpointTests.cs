using Tidar.Decoding.Engine;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;
using Tidar.Training.Recipes;
using Tidar.Training.Tokenization;

namespace Tidar.Training.Tests;

/// <summary>An AR checkpoint becomes a TiDAR model: which token masks, and what must fit.</summary>
public sealed class StartingCheckpointTests : IDisposable
{
    private const int Letters = 38;
    private const int End = 38;

    private readonly TemporaryFolder _folder = new();
    private readonly WorkerTeam _team = new(2);

    public StartingCheckpointTests() =>
        _folder.Write("lines.jsonl", string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{{\"text\":\"{new string((char)('B' + (i % 20)), 3 + (i % 5))}\"}}")));

    public void Dispose()
    {
        _team.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(44, "", 40, "<|mask|>")]
    [InlineData(44, "mask_token: '[M]'", 40, "[M]")]
    [InlineData(40, "mask_token: <mask>", 39, "<mask>")]
    [InlineData(44, "mask_token_id: 43", 43, null)]
    [InlineData(40, "mask_token_id: 0", 0, "A")]
    public void The_mask_token_is_chosen_or_added_and_recorded_with_the_draft_length(int vocabulary, string tokenizer, int mask, string? text)
    {
        string output = Train(Recipe("run", WriteModel("base", vocabulary), tokenizer));
        using Checkpoint checkpoint = Checkpoint.Open(output);
        Assert.Equal(new TidarConfig(4, mask), checkpoint.Config.Tidar);
        Assert.Equal([End], checkpoint.Config.EosTokenIds);
        Tokenizer saved = checkpoint.LoadTokenizer();
        Assert.Equal(text, mask < saved.VocabularySize ? saved.GetToken(mask) : null);
        using Transformer model = Transformer.Load(checkpoint, _team);
        GenerationOptions options = new() { MaxTokens = 6 };
        Assert.Equal(
            new TextGenerator(model).Generate([3, 4], options with { Strategy = StrategyKind.Autoregressive }).Ids, new TextGenerator(model).Generate([3, 4], options).Ids);
    }

    [Fact]
    public void A_checkpoint_that_is_TiDAR_already_keeps_its_mask_token()
    {
        string first = Train(Recipe("first", WriteModel("base", 44), "mask_token_id: 42"));
        using Checkpoint checkpoint = Checkpoint.Open(Train(Recipe("second", first, "")));
        Assert.Equal(42, checkpoint.Config.Tidar!.MaskTokenId);
    }

    [Theory]
    [InlineData(40, "", "tokenizer.mask_token: expected a token of the vocabulary (all 40 rows of the embedding are taken")]
    [InlineData(40, "mask_token: <end>", "tokenizer.mask_token: expected a token that ends no text, found <end> (38)")]
    [InlineData(40, "mask_token_id: 40", "tokenizer.mask_token_id: expected an id below 40")]
    [InlineData(40, "mask_token: <mask>\n  mask_token_id: 39", "tokenizer.mask_token_id: expected either")]
    [InlineData(40, "mask_token_id: 1", "data: expected text without the mask token, found \"B\" (1) in ")]
    [InlineData(40, "end_token: <stop>", "tokenizer.end_token: expected a token of the vocabulary, found <stop>")]
    [InlineData(30, "mask_token_id: 29", "tokenizer.path: expected a tokenizer of at most 30 tokens")]
    public void A_mask_token_that_cannot_be_is_refused_in_one_line(int vocabulary, string tokenizer, string part)
    {
        string mistake = Assert.Throws<InvalidInputException>(() => Train(Recipe("run", WriteModel("base", vocabulary), tokenizer))).Message;
        Assert.Contains(part, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake);
    }

    [Fact]
    public void Text_with_the_mask_token_is_named_with_its_line()
    {
        string mistake = Assert.Throws<InvalidInputException>(() => Train(Recipe("run", WriteModel("base", 40), "mask_token_id: 1"))).Message;
        Assert.Matches(@"lines\.jsonl line (1|21)\b", mistake);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        string model = WriteModel("base", 44);
        Assert.Contains("batch.row_tokens: expected at most 4096", Mistake(rowTokens: 5000), StringComparison.Ordinal);
        string config = Path.Combine(model, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"intermediate_size\": 72", "\"intermediate_size\": 71", StringComparison.Ordinal));
        string mistake = Mistake(rowTokens: 32);
        Assert.Contains("mlp.", mistake, StringComparison.Ordinal);
        Assert.Contains("expected shape [71, 40], found [72, 40]", mistake, StringComparison.Ordinal);

        string Mistake(int rowTokens) => Assert.Throws<InvalidInputException>(() => Train(Recipe("run", model, "", rowTokens))).Message;
    }

    [Theory]
    [InlineData("llama-F32.gguf")]
    [InlineData("llama-Q4_K_M-mix.gguf")]
    [InlineData("qwen3-F16.gguf")]
    public void A_GGUF_file_can_be_trained_on(string name)
    {
        string file = SharedData.Path("goldens", "models", "gguf", name);
        _folder.Write("letters.json", System.Text.Encoding.UTF8.GetString(Tokens()));
        string output = Train(Recipe("run", file, "path: letters.json\n  end_token: <end>\n  mask_token: <mask>"));
        using Checkpoint before = Checkpoint.Open(file), after = Checkpoint.Open(output);
        Assert.Equal(before.ParameterCount, after.ParameterCount);
        Assert.Equal(new TidarConfig(4, 39), after.Config.Tidar);
    }

    private static byte[] Tokens() => CharacterTokenizer.Create([string.Concat(Enumerable.Range(0, Letters).Select(i => (char)('A' + i)))], ["<end>", "<mask>"]);

    private string WriteModel(string name, int vocabulary)
    {
        ModelConfig config = RandomModel.Config(ModelArchitecture.Qwen2, vocabulary) with { Tidar = null, EosTokenIds = [Math.Min(End, vocabulary - 1)] };
        string model = _folder.File(name);
        Directory.CreateDirectory(model);
        SafetensorsWriter.Write(Path.Combine(model, "model.safetensors"), RandomModel.Tensors(config, seed: 9), StoredType.F32);
        ModelConfigWriter.Write(Path.Combine(model, "config.json"), config, StoredType.F32);
        File.WriteAllBytes(Path.Combine(model, "tokenizer.json"), Tokens());
        return model;
    }

    private string Train(Recipe recipe)
    {
        using Trainer trainer = Trainer.Create(recipe, _team, resume: false);
        trainer.Run(null, CancellationToken.None);
        return trainer.ModelFolder!;
    }

    private Recipe Recipe(string name, string model, string tokenizer, int rowTokens = 32) => RecipeReader.Read(_folder.Write($"{name}.yaml", $"""
        output: {name}
        init_from: {model}
        tokenizer:
          {(tokenizer.Length == 0 ? "{}" : tokenizer)}
        data:
          - jsonl: lines.jsonl
        objective:
          draft_length: 4
        batch:
          row_tokens: {rowTokens}
          rows_per_step: 6
        optimizer:
          learning_rate: 0.001
        steps: 2
        """));
}
