using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Tests.Strategies;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Adapters;

/// <summary>
/// Text of an adapted model is the base model's, whatever the adapter; its drafts are those of the reference (all traces of goldens/adapter agree in every step;
/// some are enough here).
/// </summary>
public sealed class AdaptedModelTests
{
    [Theory]
    [InlineData("autoregressive", 2)]
    [InlineData("two-pass", 3)]
    [InlineData("fused", 1)]
    public void Traces_of_a_real_adapter_are_reproduced_step_by_step(string strategy, int traces)
    {
        string folder = SharedData.Path("goldens", "adapter");
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF"));
        using Transformer model = Transformer.Load(checkpoint, team, adapter: MaskAdapter.Read(folder, checkpoint.Config));
        TextGenerator generator = new(model);
        int compared = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "traces.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement trace = document.RootElement;
            if (trace.GetProperty("strategy").GetString() != strategy || compared == traces)
                continue;
            GenerationOptions options = GoldenTraceTests.Options(trace) with { MaxTokens = 64, IgnoreEos = true, DraftLength = null };
            GoldenTraceTests.AssertTrace(trace, generator.Generate(GoldenTraceTests.Ints(trace.GetProperty("prompt")), options));
            compared++;
        }

        Assert.Equal(traces, compared);
    }

    [Theory]
    [InlineData(ModelArchitecture.Llama)]
    [InlineData(ModelArchitecture.Qwen2)]
    [InlineData(ModelArchitecture.Qwen3)]
    public void Every_mode_writes_the_text_of_the_model_without_adapter(ModelArchitecture architecture)
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config(architecture) with { Tidar = null };
        Dictionary<string, WeightTensor> tensors = RandomModel.Tensors(config, 7, scale: 2).ToDictionary(t => t.Name, StringComparer.Ordinal);
        using Transformer plain = Transformer.Load(config, (name, _) => tensors[name], team);
        using Transformer adapted = Transformer.Load(config, (name, _) => tensors[name], team, adapter: RandomAdapter.Create(config, 4, draftLength: 5, seed: 2));
        foreach (SamplingOptions sampling in new[] { SamplingOptions.Greedy, new SamplingOptions { Temperature = 1, TopP = 0.9f, Seed = 4 } })
        {
            GenerationOptions options = new() { MaxTokens = 30, Sampling = sampling, LogProbabilities = 2 };
            GenerationResult expected = new TextGenerator(plain).Generate([1, 2, 3], options);
            TextGenerator generator = new(adapted);
            foreach (TidarMode mode in new[] { TidarMode.Fused, TidarMode.TwoPass, TidarMode.Sparse })
            {
                GenerationResult result = generator.Generate([1, 2, 3], options with { Mode = mode, Outcomes = mode == TidarMode.Sparse ? [1, 3] : null });
                Assert.Equal((StrategyKind.Tidar, 5), (result.Strategy, result.DraftLength));
                Assert.Equal(expected.Ids, result.Ids);
                Assert.Equal(expected.LogProbabilities!.Select(p => p.Value), result.LogProbabilities!.Select(p => p.Value));
            }

            Assert.Equal(expected.Ids, generator.Generate([1, 2, 3], options with { Strategy = StrategyKind.Autoregressive }).Ids);
        }
    }

    [Fact]
    public void Texts_of_many_prompts_come_in_their_order_and_are_those_of_each_alone()
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config();
        using Transformer model = RandomModel.Create(config, 3, team, scale: 2);
        int[][] prompts = [.. Enumerable.Range(0, 9).Select(i => Enumerable.Range(0, 1 + i).Select(t => (i + (3 * t)) % 50).ToArray())];
        List<GenerationResult> together = [.. new BatchGenerator(model, null, sessions: 4).Run(prompts, Options)];
        Assert.Equal(prompts.Length, together.Count);
        for (int i = 0; i < prompts.Length; i++)
        {
            GenerationResult alone = new TextGenerator(model).Generate(prompts[i], Options(i));
            Assert.Equal(alone.PromptIds, together[i].PromptIds);
            Assert.Equal(alone.Ids, together[i].Ids);
        }

        static GenerationOptions Options(int i) => new()
        {
            MaxTokens = 20 - (2 * i), IgnoreEos = true, Sampling = new SamplingOptions { Temperature = 1, Seed = i },
        };
    }
}
