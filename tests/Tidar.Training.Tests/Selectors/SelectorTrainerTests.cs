using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Adapters;
using Tidar.Training.Data.Synthetic;
using Tidar.Training.Recipes;
using Tidar.Training.Selectors;

namespace Tidar.Training.Tests.Selectors;

/// <summary>Training of path selectors for small random models, with adapters and without, on the models' own answers.</summary>
public sealed class SelectorTrainerTests : IDisposable
{
    private const int Answers = 20;
    private const int DraftLength = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly WorkerTeam _team = new(2);
    private readonly string _model;
    private readonly string _adapter;

    public SelectorTrainerTests()
    {
        // It drafts with mask token 39 (badly), and its adapter with random factors (as badly).
        ModelConfig config = RandomModel.Config(ModelArchitecture.Qwen2, vocabulary: 40, draftLength: DraftLength) with { EosTokenIds = [38] };
        _model = AnsweringModel.Write(_folder, config, _team, Answers);
        _adapter = _folder.File("adapter");
        Directory.CreateDirectory(_adapter);
        AdapterWriter.Write(
            _adapter, "random", 3, DraftLength, ["q_proj"], null, RandomAdapter.Tensors(config, 3, DraftLength, seed: 4, shared: true).Values, StoredType.F32);
    }

    public void Dispose()
    {
        _team.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Held_out_tokens_a_pass_are_those_of_decoding_with_the_selector_that_was_saved(bool adapted)
    {
        SelectorRecipe recipe = Write("run", steps: 60);
        List<TrainingProgress> reports = [];
        string folder = Train(recipe, adapted, reports: reports);
        Assert.Equal(adapted ? _adapter : _model, folder);
        TrainingProgress last = reports[^1];
        Assert.True(last.Loss < reports[0].Loss, $"loss {reports[0].Loss} to {last.Loss}");
        using Checkpoint checkpoint = Checkpoint.Open(_model);
        using Transformer model = Transformer.Load(checkpoint, _team, adapter: adapted ? MaskAdapter.Read(_adapter, checkpoint.Config) : null);
        AssertDecoding(model, checkpoint, last.Drafts!, new GenerationOptions());
        AssertDecoding(model, checkpoint, last.PlainDrafts!, new GenerationOptions { PathSelector = false });
        Assert.True(last.BestDrafts!.FusedTokensPerPass >= Math.Max(last.Drafts!.FusedTokensPerPass, last.PlainDrafts!.FusedTokensPerPass));
        using JsonDocument metrics = JsonDocument.Parse(File.ReadLines(Path.Combine(recipe.Output, "metrics.jsonl")).Last());
        Assert.Equal(Math.Round(last.Drafts.FusedTokensPerPass, 4), metrics.RootElement.GetProperty("held_out_tokens_per_pass_fused").GetDouble());
        Assert.Equal(
            Math.Round(last.PlainDrafts.TwoPassTokensPerPass, 4), metrics.RootElement.GetProperty("held_out_without_selector_tokens_per_pass_two_pass").GetDouble());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_cancelled_and_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(int rounds)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Train(Write("whole", steps: 7, rounds)), SelectorNames.TensorFile));
        SelectorRecipe recipe = Write("cut", steps: 7, rounds);
        using CancellationTokenSource cancel = new();
        Assert.Throws<OperationCanceledException>(() => Train(recipe, cancellation: cancel.Token, onStep: p =>
        {
            if (p.Step == 4)
                cancel.Cancel();
        }));

        // With the blocks of the first part, and without: then they are drafted again.
        File.Delete(Path.Combine(recipe.Output, "blocks.bin"));
        using WorkerTeam other = new(3);
        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(Train(recipe, resume: true, team: other), SelectorNames.TensorFile)));
        Assert.Equal(7, File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl")).Length);
    }

    [Fact]
    public void Blocks_are_drafted_once_for_all_selectors_that_can_share_them()
    {
        List<int> drafted = [];
        Train(Write("run", steps: 3), collecting: (done, _) => drafted.Add(done));
        Assert.Equal([.. drafted.Order()], drafted);
        Assert.NotEmpty(drafted);
        Directory.Delete(Path.Combine(_folder.File("run"), "checkpoints"), recursive: true);
        string path = _folder.Write("run.yaml", File.ReadAllText(_folder.File("run.yaml")).Replace("rank: 4", "rank: 3", StringComparison.Ordinal));
        Train(SelectorRecipeReader.Read(path), collecting: (_, _) => Assert.Fail("drafted again"));
        Directory.Delete(Path.Combine(_folder.File("run"), "checkpoints"), recursive: true);
        drafted.Clear();
        path = _folder.Write("run.yaml", File.ReadAllText(path).Replace("count: 60", "count: 59", StringComparison.Ordinal));
        Train(SelectorRecipeReader.Read(path), collecting: (done, _) => drafted.Add(done));
        Assert.NotEmpty(drafted);
    }

    [Fact]
    public void A_run_is_not_begun_over_another_nor_resumed_by_another_recipe_nor_for_a_model_that_does_not_draft()
    {
        Train(Write("run", steps: 2));
        Assert.Contains("without checkpoints", Mistake(() => Train(Write("run", steps: 2))), StringComparison.Ordinal);
        Assert.Contains("steps", Mistake(() => Train(Write("run", steps: 3), resume: true)), StringComparison.Ordinal);
        Assert.Contains("checkpoint to resume", Mistake(() => Train(Write("new", steps: 3), resume: true)), StringComparison.Ordinal);
        string config = Path.Combine(_model, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"tidar\"", "\"other\"", StringComparison.Ordinal));
        Assert.Contains("trained with TiDAR", Mistake(() => Train(Write("plain", steps: 3), adapted: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_starts_from_a_selector_starts_with_its_loss()
    {
        List<TrainingProgress> first = [], second = [];
        Train(Write("first", steps: 40), reports: first);
        Write("second", steps: 40);
        string text = $"init_from: {_adapter}\n{File.ReadAllText(_folder.File("second.yaml"))}";
        Train(SelectorRecipeReader.Read(_folder.Write("second.yaml", text)), reports: second);
        Assert.True(second[0].Loss < first[0].Loss, $"{second[0].Loss} after {first[0].Loss}");
        text = text.Replace("rank: 4", "rank: 3", StringComparison.Ordinal).Replace("output: second", "output: third", StringComparison.Ordinal);
        Assert.Contains("shape", Mistake(() => Train(SelectorRecipeReader.Read(_folder.Write("third.yaml", text)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_selector_of_before_repetitions_learns_to_look_for_them_and_one_that_does_keeps_them()
    {
        Train(Without("old"));
        Assert.Empty(Copy());
        Train(Write("new", steps: 3) with { InitFrom = _adapter });
        Assert.Equal(4, Copy().Length);
        Assert.Contains("copy_length: 4", Mistake(() => Train(Without("less") with { InitFrom = _adapter })), StringComparison.Ordinal);

        float[] Copy() => SelectorWeights.Find(_adapter, RandomModel.Config(ModelArchitecture.Qwen2).HiddenSize)!.Copy;

        SelectorRecipe Without(string name)
        {
            Write(name, steps: 3);
            string text = File.ReadAllText(_folder.File($"{name}.yaml"));
            return SelectorRecipeReader.Read(_folder.Write($"{name}.yaml", text.Replace("predecessors: 2", "predecessors: 2, copy_length: 0", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("rank: 4", "rank: 0", "selector.rank")]
    [InlineData("rank: 4", "copy_length: 17", "selector.copy_length")]
    [InlineData("rank: 4", "ranks: 4", "selector.ranks")]
    [InlineData("count: 60", "count: 0", "blocks.count")]
    [InlineData("rounds: 1", "rounds: 0", "blocks.rounds")]
    [InlineData("document_tokens: 64", "document_tokens: 5000", "document_tokens")]
    [InlineData("answers.jsonl", "none.jsonl", "none.jsonl")]
    public void Recipes_that_cannot_be_are_one_line(string old, string changed, string part)
    {
        Write("bad", steps: 2);
        string path = _folder.Write("bad.yaml", File.ReadAllText(_folder.File("bad.yaml")).Replace(old, changed, StringComparison.Ordinal));
        Assert.Contains(part, Mistake(() => Train(SelectorRecipeReader.Read(path))), StringComparison.Ordinal);
    }

    private static string Mistake(Action action) => Assert.Throws<InvalidInputException>(action).Message;

    private void AssertDecoding(Transformer model, Checkpoint checkpoint, DraftEvaluation drafts, GenerationOptions options)
    {
        SelectorRecipe recipe = Write("peek", steps: 2);
        using PreparedDocuments documents = new(recipe.Source, recipe.Data, recipe.Seed, CorpusSplit.HeldOut, checkpoint, maskToken: -1, recipe.DocumentTokens);
        AnsweringModel.AssertDecoding(model, Enumerable.Range(0, recipe.EvaluationDocuments).Select(_ => documents.Next()), drafts, options);
    }

    private SelectorRecipe Write(string name, int steps, int rounds = 1) => SelectorRecipeReader.Read(_folder.Write($"{name}.yaml", $$"""
        output: {{name}}
        seed: 3
        data:
          - jsonl: answers.jsonl
            held_out: 0.3
        selector: { rank: 4, candidates: 8, predecessors: 2 }
        objective: { slot_decay: 0.9, soft_share: 0.25 }
        blocks: { count: 60, per_document: 6, rounds: {{rounds}}, document_tokens: 64 }
        batch: { blocks_per_step: 16 }
        steps: {{steps}}
        optimizer: { learning_rate: 0.02, warmup_steps: 2 }
        evaluation: { documents: 6 }
        checkpoint: { every: 3 }
        """));

    private string Train(
        SelectorRecipe recipe,
        bool adapted = true,
        bool resume = false,
        WorkerTeam? team = null,
        List<TrainingProgress>? reports = null,
        Action<TrainingProgress>? onStep = null,
        Action<int, int>? collecting = null,
        CancellationToken cancellation = default)
    {
        using Checkpoint checkpoint = Checkpoint.Open(_model);
        MaskAdapter? adapter = adapted ? MaskAdapter.Read(_adapter, checkpoint.Config) : null;
        using SelectorTrainer trainer = SelectorTrainer.Create(recipe, checkpoint, adapter, team ?? _team, null, resume, collecting, cancellation);
        trainer.Run(
            progress =>
            {
                reports?.Add(progress);
                onStep?.Invoke(progress);
            },
            cancellation);
        return trainer.Folder!;
    }
}
