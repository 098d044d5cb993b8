using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Strategies.Denoising;

/// <summary>LLaDA's and Dream's own code: logits of their models, and every trace of their samplers, pass by pass.</summary>
public sealed class GoldenDiffusionTests
{
    public static TheoryData<string> Models => [.. SharedData.Folders("goldens", "models", "diffusion")];

    public static TheoryData<string, string> Traces
    {
        get
        {
            TheoryData<string, string> traces = [];
            foreach (string model in SharedData.Folders("goldens", "models", "diffusion"))
            {
                foreach (JsonElement trace in Expected(model).GetProperty("traces").EnumerateArray())
                    traces.Add(model, trace.GetProperty("name").GetString()!);
            }

            return traces;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_of_text_seen_in_both_directions_equal_the_reference(string model)
    {
        string path = File(model, "expected");
        int[] ids = GoldenTensors.ReadInts(path, "input_ids");
        float[] expected = GoldenTensors.ReadFloats(path)["logits"];
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "diffusion", model));
        using Transformer transformer = Transformer.Load(checkpoint, team);
        using KeyValueCache first = transformer.CreateCache(1), second = transformer.CreateCache(1);
        RowBatch batch = new();
        batch.AddBlock(first, ids.AsSpan(0, ids.Length / 2), 0, 0);
        batch.AddBlock(second, ids.AsSpan(ids.Length / 2), 0, 0);
        transformer.Forward(batch);
        float[] actual = new float[expected.Length];
        transformer.Logits([.. Enumerable.Range(0, ids.Length)], actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 3e-4f);
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void A_trace_is_reproduced_in_every_pass(string model, string name)
    {
        JsonElement trace = Expected(model).GetProperty("traces").EnumerateArray().Single(t => t.GetProperty("name").GetString() == name), parameters = trace.GetProperty("params");
        string path = File(model, name);
        int[] prompts = GoldenTensors.ReadInts(path, "prompt"), tokens = GoldenTensors.ReadInts(path, "tokens");
        int[] pads = trace.GetProperty("left_pads") is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray().Select(p => p.GetInt32())] : [0];
        int width = prompts.Length / pads.Length;
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "diffusion", model));
        using Transformer transformer = Transformer.Load(checkpoint, team);
        for (int row = 0; row < pads.Length; row++)
        {
            int[] prompt = prompts[((row * width) + pads[row])..((row + 1) * width)];
            List<int[]> actual = Run(transformer, prompt, parameters, path, pads[row]);
            int length = tokens.Length / pads.Length / (actual.Count + 1);
            for (int step = 0; step < actual.Count; step++)
            {
                int start = ((((step + 1) * pads.Length) + row) * length) + pads[row];
                Assert.Equal(tokens[start..(start + length - pads[row])], actual[step]);
            }
        }
    }

    // Prompt and answer after every pass.
    private static List<int[]> Run(Transformer model, int[] prompt, JsonElement parameters, string path, int pad)
    {
        bool dream = model.Config.Diffusion!.ShiftedLogits;
        int length = parameters.GetProperty(dream ? "max_new_tokens" : "gen_length").GetInt32();
        GenerationOptions options = new()
        {
            Strategy = StrategyKind.MaskedDiffusion,
            MaxTokens = length,
            Denoising = new DenoisingOptions
            {
                Steps = parameters.GetProperty("steps").GetInt32(),
                BlockLength = dream ? null : parameters.GetProperty("block_length").GetInt32(),
                Guidance = dream ? 0 : parameters.GetProperty("cfg_scale").GetDouble(),
                LastLevel = dream ? parameters.GetProperty("eps").GetDouble() : 1e-3,
                Order = parameters.GetProperty(dream ? "alg" : "remasking").GetString() switch
                {
                    "random" => RevealOrder.Random,
                    "origin" => RevealOrder.Origin,
                    "entropy" => RevealOrder.Entropy,
                    "topk_margin" => RevealOrder.Margin,
                    _ => RevealOrder.Confidence,
                },
            },
        };
        DecodingPlan plan = new(options, model.Config);
        Assert.Empty(plan.Warnings);
        TokenSequence sequence = new(model.CreateCache(1), prompt, plan.CreateSampler(prompt), new StopConditions([], length, null, []), plan.ContextLength);
        RecordedChooser chooser = new(sequence.Sampler, path, parameters.GetProperty("temperature").GetDouble(), prompt.Length + pad + length, pad, model.Config.Diffusion.MaskTokenId);
        MaskedDiffusionStrategy strategy = (MaskedDiffusionStrategy)plan.Denoising!.CreateStrategy(sequence, chooser);
        List<int[]> states = [];
        strategy.Observer = state =>
        {
            states.Add(state);
            chooser.Tokens = state;
        };
        chooser.Tokens = [.. prompt, .. Enumerable.Repeat(model.Config.Diffusion.MaskTokenId, length)];
        using (sequence)
        {
            RowBatch batch = new();
            SequencePass pass = new(sequence.Cache, model.Config.VocabularySize);
            while (sequence.Finish is null)
            {
                batch.Clear();
                pass.Begin(batch, 256, sessions: 1);
                strategy.Plan(pass);
                model.Forward(batch);
                float[] logits = new float[pass.Wanted.Length * model.Config.VocabularySize];
                model.Logits(pass.Wanted, logits);
                pass.Give(logits);
                strategy.Commit(pass);
            }

            Assert.Equal(states[^1][prompt.Length..], sequence.Generated.ToArray());
        }

        return states;
    }

    private static JsonElement Expected(string model) =>
        JsonDocument.Parse(System.IO.File.ReadAllText(SharedData.Path("goldens", "models", "diffusion", model, "expected.json"))).RootElement;

    private static string File(string model, string name) => SharedData.Path("goldens", "models", "diffusion", model, $"{name}.safetensors");

    /// <summary>The random numbers that the reference used.</summary>
    private sealed class RecordedChooser(Sampler sampler, string path, double temperature, int length, int pad, int mask) : ITokenChooser
    {
        private readonly Dictionary<string, float[]> _floats = GoldenTensors.ReadFloats(path);
        private readonly double[] _noise = temperature > 0 ? GoldenTensors.ReadDoubles(path, "rand_like") : [];

        /// <summary>Prompt and answer before the step.</summary>
        public int[] Tokens { get; set; } = [];

        // generate.py: argmax of exp(logits) / (-ln u)^temperature, in double precision.
        public int Choose(Span<float> logits, int step, int position)
        {
            if (temperature == 0)
                return sampler.Choose(logits, position);
            int vocabulary = logits.Length, best = 0;
            double largest = double.NegativeInfinity;
            for (int token = 0; token < vocabulary; token++)
            {
                double value = logits[token] - (temperature * Math.Log(-Math.Log(_noise[(((step * length) + position + pad) * vocabulary) + token])));
                if (value > largest)
                    (largest, best) = (value, token);
            }

            return best;
        }

        public double Uniform(int step, int position)
        {
            if (_floats.TryGetValue("rand", out float[]? confidences))
                return confidences[(step * length) + position + pad];

            // Dream: one number for every unknown token, in their order.
            return _floats[$"rand.{step}"][Tokens.Take(position).Count(t => t == mask)];
        }
    }
}
