using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;
using Tidar.Training.Adapters;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tests.Adapters;

/// <summary>Training of an adapter for a small random model on that model's own answers.</summary>
public sealed class AdapterTrainerTests : IDisposable
{
    private const int Answers = 24;

    private readonly TemporaryFolder _folder = new();
    private readonly WorkerTeam _team = new(2);
    private readonly string _model;

    public AdapterTrainerTests()
    {
        ModelConfig config = RandomModel.Config(ModelArchitecture.Qwen2, vocabulary: 40) with { Tidar = null, EosTokenIds = [39] };
        _model = AnsweringModel.Write(_folder, config, _team, Answers);
    }

    public void Dispose()
    {
        _team.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Held_out_tokens_a_pass_are_those_of_decoding_with_the_adapter_that_was_saved(bool withSelector)
    {
        AdapterRecipe recipe = Write("run", steps: 30, withSelector: withSelector);
        List<TrainingProgress> reports = [];
        string adapter = Train(recipe, reports: reports);
        Assert.True(withSelector || reports[^1].Loss < reports[0].Loss, $"loss {reports[0].Loss} to {reports[^1].Loss}");

        // A selector's loss counts the slots whose token is among their candidates, which become more and harder ones.
        double early = reports.Take(8).Average(static r => r.DiffusionLoss), late = reports.TakeLast(8).Average(static r => r.DiffusionLoss);
        Assert.True(late < early, $"loss {early} to {late}: {string.Join(", ", reports.Select(r => r.DiffusionLoss.ToString("F2")))}");
        DraftEvaluation drafts = reports[^1].Drafts!;
        Assert.Equal(3, drafts.SlotAccuracy.Count);
        using Checkpoint checkpoint = Checkpoint.Open(_model);
        using Transformer model = Transformer.Load(checkpoint, _team, adapter: MaskAdapter.Read(adapter, checkpoint.Config));
        AnsweringModel.AssertDecoding(model, HeldOut(checkpoint), drafts, new GenerationOptions());
        Assert.Equal(withSelector, reports[^1].PlainDrafts is not null);
        if (withSelector)
        {
            Assert.NotEqual(drafts.FusedTokensPerPass, reports[^1].PlainDrafts!.FusedTokensPerPass);
            AnsweringModel.AssertDecoding(model, HeldOut(checkpoint), reports[^1].PlainDrafts!, new GenerationOptions { PathSelector = false });
            Assert.True(reports[^1].BestDrafts!.FusedTokensPerPass >= drafts.FusedTokensPerPass);
        }

        using JsonDocument metrics = JsonDocument.Parse(File.ReadLines(Path.Combine(recipe.Output, "metrics.jsonl")).Last());
        Assert.Equal(Math.Round(drafts.FusedTokensPerPass, 4), metrics.RootElement.GetProperty("held_out_tokens_per_pass_fused").GetDouble());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(2, true)]
    public void A_cancelled_and_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(int rounds, bool withSelector)
    {
        string finished = Train(Write("whole", steps: 7, rounds, withSelector));
        byte[] whole = Tensors(finished);
        AdapterRecipe recipe = Write("cut", steps: 7, rounds, withSelector);
        using CancellationTokenSource cancel = new();
        Assert.Throws<OperationCanceledException>(() => Train(recipe, cancellation: cancel.Token, onStep: p =>
        {
            if (p.Step == 4)
                cancel.Cancel();
        }));
        using WorkerTeam other = new(3);
        string resumed = Train(recipe, resume: true, team: other);
        Assert.Equal(whole, Tensors(resumed));
        Assert.Equal(withSelector, File.Exists(Path.Combine(resumed, SelectorNames.TensorFile)));
        if (withSelector)
            Assert.Equal(File.ReadAllBytes(Path.Combine(finished, SelectorNames.TensorFile)), File.ReadAllBytes(Path.Combine(resumed, SelectorNames.TensorFile)));
        Assert.Equal(7, File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl")).Length);
    }

    [Fact]
    public void Rounds_choose_other_blocks_and_as_many()
    {
        List<TrainingProgress> one = [], three = [];
        Train(Write("one", steps: 4), reports: one);
        Train(Write("three", steps: 4, rounds: 3), reports: three);
        Assert.Equal(one[^1].Tokens, three[^1].Tokens);
        Assert.NotEqual(one[^1].Loss, three[^1].Loss);
    }

    [Fact]
    public void A_run_is_not_begun_over_another_nor_resumed_by_another_recipe()
    {
        Train(Write("run", steps: 2));
        Assert.Contains("without checkpoints", Mistake(() => Train(Write("run", steps: 2))), StringComparison.Ordinal);
        Assert.Contains("steps", Mistake(() => Train(Write("run", steps: 3), resume: true)), StringComparison.Ordinal);
        Assert.Contains("checkpoint to resume", Mistake(() => Train(Write("new", steps: 3), resume: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_starts_from_an_adapter_starts_with_its_loss()
    {
        List<TrainingProgress> first = [], second = [], third = [];
        string adapter = Train(Write("first", steps: 30), reports: first);
        Train(From(adapter, "second"), reports: second);
        Assert.True(second[0].Loss < first[0].Loss, $"{second[0].Loss} after {first[0].Loss}");
        Train(Write("third", steps: 2), reports: third);
        Assert.Equal(first[0].Loss, third[0].Loss);
    }

    [Fact]
    public void A_selector_that_is_trained_with_an_adapter_goes_with_it_and_goes_on_with_it()
    {
        List<TrainingProgress> first = [], second = [], third = [];
        string adapter = Train(Write("first", steps: 40, withSelector: true), reports: first);
        double early = first.Take(8).Average(SelectorLoss), late = first.TakeLast(8).Average(SelectorLoss);
        Assert.True(late < early, $"{early} to {late}");
        using (Checkpoint checkpoint = Checkpoint.Open(_model))
            Assert.Equal(6, SelectorWeights.Find(adapter, checkpoint.Config.HiddenSize)!.Candidates);
        Train(From(adapter, "second", withSelector: true), reports: second);
        File.Delete(Path.Combine(adapter, SelectorNames.TensorFile));
        File.WriteAllText(Path.Combine(adapter, SelectorNames.RecordFile), File.ReadAllText(Path.Combine(adapter, SelectorNames.RecordFile)).Replace("\"selector\"", "\"other\"", StringComparison.Ordinal));
        Train(From(adapter, "third", withSelector: true), reports: third);
        Assert.Equal(second[0].DiffusionLoss, third[0].DiffusionLoss);
        Assert.True(SelectorLoss(second[0]) < SelectorLoss(third[0]), $"{SelectorLoss(second[0])} with the one it had, {SelectorLoss(third[0])} with a new one");

        static double SelectorLoss(TrainingProgress progress) => progress.Loss - progress.DiffusionLoss;
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public void An_adapter_of_another_draft_length_is_a_start_whose_further_slots_are_its_last(int draftLength)
    {
        string adapter = Train(Write("first", steps: 2, withSelector: true));
        string other = Train(From(adapter, "second", text => text
            .Replace("draft_length: 4", $"draft_length: {draftLength}", StringComparison.Ordinal)
            .Replace("learning_rate: 0.01", "learning_rate: 1e-12", StringComparison.Ordinal), withSelector: true));
        using SafetensorsFile old = SafetensorsFile.Open(Path.Combine(adapter, AdapterNames.TensorFile)), now = SafetensorsFile.Open(Path.Combine(other, AdapterNames.TensorFile));
        AssertRows(old.Get(AdapterNames.MaskEmbedding).ReadAll(), now.Get(AdapterNames.MaskEmbedding).ReadAll(), draftLength);
        int width = checked((int)old.Get(AdapterNames.MaskEmbedding).Shape[1]);
        SelectorWeights before = SelectorWeights.Find(adapter, width)!, after = SelectorWeights.Find(other, width)!;
        AssertRows(before.GateBias, after.GateBias, draftLength - 1);
        AssertRows(before.Scale, after.Scale, draftLength - 1);
        Assert.Equal(before.From, after.From, (a, b) => Math.Abs(a - b) < 1e-6f);

        void AssertRows(float[] had, float[] has, int slots)
        {
            int columns = has.Length / slots, last = (had.Length / columns) - 1;
            for (int slot = 0; slot < slots; slot++)
                Assert.Equal(had.AsSpan(Math.Min(slot, last) * columns, columns).ToArray(), has.AsSpan(slot * columns, columns).ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
        }
    }

    [Theory]
    [InlineData("rank: 4", "rank: 5", "lora_alpha")]
    [InlineData("slot_embeddings: true", "slot_embeddings: false", "mask_embedding")]
    public void An_adapter_of_another_shape_is_refused_as_a_start(string old, string changed, string part)
    {
        string adapter = Train(Write("first", steps: 2));
        Assert.Contains(part, Mistake(() => Train(From(adapter, "second", text => text.Replace(old, changed, StringComparison.Ordinal)))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rank: 4", "rank: 0", "adapter.rank")]
    [InlineData("rank: 4", "rank: 4\n  target_modules: q_proj v_proj", "q_proj, k_proj, v_proj together")]
    [InlineData("rank: 4", "rank: 4\n  target_modules: qkv", "qkv")]
    [InlineData("rank: 4", "rank: 4\n  first_layer: 1\n  layers: 2", "adapter.layers")]
    [InlineData("rank: 4", "rank: 4\n  alpha: 4", "adapter.alpha")]
    [InlineData("document_tokens: 64", "document_tokens: 5000", "batch.document_tokens")]
    [InlineData("document_tokens: 64", "document_tokens: 4", "data")]
    [InlineData("rounds: 1", "rounds: 0", "batch.rounds")]
    [InlineData("reach_share: 0.5", "reach_share: 1.5", "objective.reach_share")]
    [InlineData("precision: f32", "precision: f32\nselector: { rank: 0 }", "selector.rank")]
    [InlineData("precision: f32", "precision: f32\nselector: { shares: 1 }", "selector.shares")]
    [InlineData("answers.jsonl", "none.jsonl", "none.jsonl")]
    public void Recipes_that_cannot_be_are_one_line(string old, string changed, string part)
    {
        Write("bad", steps: 2);
        string path = _folder.Write("bad.yaml", File.ReadAllText(_folder.File("bad.yaml")).Replace(old, changed, StringComparison.Ordinal));
        Assert.Contains(part, Mistake(() => Train(AdapterRecipeReader.Read(path))), StringComparison.Ordinal);
    }

    private static string Mistake(Action action) => Assert.Throws<InvalidInputException>(action).Message;

    private static byte[] Tensors(string adapter) => File.ReadAllBytes(Path.Combine(adapter, AdapterNames.TensorFile));

    private AdapterRecipe Write(string name, int steps, int rounds = 1, bool withSelector = false) => AdapterRecipeReader.Read(_folder.Write($"{name}.yaml", $"""
        output: {name}
        seed: 3
        data:
          - jsonl: answers.jsonl
            held_out: 0.3
        adapter:
          rank: 4
          draft_length: 4
          slot_embeddings: true
        objective:
          soft_share: 0.2
          soft_tokens: 4
          slot_decay: 0.8
          reach_share: 0.5
        batch:
          documents_per_step: 3
          blocks_per_document: 5
          rounds: {rounds}
          document_tokens: 64
          rows_per_pass: 24
        precision: f32
        steps: {steps}
        optimizer:
          learning_rate: 0.01
          warmup_steps: 2
        evaluation:
          every: {steps}
          documents: {Answers}
        checkpoint:
          every: 3
          final_type: f32
        {(withSelector ? "selector: { rank: 4, candidates: 6, weight_decay: 0.5 }" : "")}
        """));

    private AdapterRecipe From(string adapter, string name, Func<string, string>? change = null, bool withSelector = false)
    {
        Write(name, steps: 2, withSelector: withSelector);
        string text = $"init_from: {adapter}\n{File.ReadAllText(_folder.File($"{name}.yaml"))}";
        return AdapterRecipeReader.Read(_folder.Write($"{name}.yaml", change is null ? text : change(text)));
    }

    private List<PreparedDocument> HeldOut(Checkpoint checkpoint)
    {
        using AdapterRun run = AdapterRun.Start(Write("peek", steps: 2), checkpoint, _team, null);
        return run.HeldOut();
    }

    private string Train(
        AdapterRecipe recipe,
        bool resume = false,
        WorkerTeam? team = null,
        List<TrainingProgress>? reports = null,
        Action<TrainingProgress>? onStep = null,
        CancellationToken cancellation = default)
    {
        using Checkpoint checkpoint = Checkpoint.Open(_model);
        using AdapterTrainer trainer = AdapterTrainer.Create(recipe, checkpoint, team ?? _team, null, resume);
        trainer.Run(
            progress =>
            {
                reports?.Add(progress);
                onStep?.Invoke(progress);
            },
            cancellation);
        return trainer.AdapterFolder!;
    }
}
