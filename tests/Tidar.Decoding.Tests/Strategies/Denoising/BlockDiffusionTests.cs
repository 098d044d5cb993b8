using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Strategies.Denoising;

/// <summary>Block diffusion against a plain reading of its definition that caches nothing and computes every pass from the start.</summary>
public sealed class BlockDiffusionTests
{
    private const int Mask = 39;
    private const int Block = 4;

    [Theory]
    [InlineData(true, 6, 13, 1)]
    [InlineData(true, 8, 16, 2)]
    [InlineData(true, 3, 9, 4)]
    [InlineData(false, 6, 12, 2)]
    [InlineData(false, 5, 11, 1)]
    public void The_text_is_that_of_the_definition_in_as_many_passes(bool trained, int prompt, int length, int perStep)
    {
        using Scene scene = new(trained);
        int[] tokens = [.. Enumerable.Range(0, prompt).Select(i => (5 * i) % 38)];
        GenerationOptions options = new()
        {
            Strategy = StrategyKind.BlockDiffusion, MaxTokens = length, IgnoreEos = true, Denoising = new DenoisingOptions { Steps = length % Block == 0 ? length / perStep : null },
        };
        int steps = length % Block == 0 ? Block / perStep : Block;
        (int[] expected, int passes) = scene.Define(tokens, length, (probabilities, step) =>
            probabilities.OrderByDescending(p => p.Probability).ThenBy(p => p.Position).Take(step == steps - 1 ? int.MaxValue : Block / steps));
        foreach (int rows in new[] { 256, 3 })
        {
            DecodingEngine engine = new(scene.Model) { PrefillRows = rows };
            using DecodingSession session = engine.Start(tokens, options);
            engine.Run([session]);
            GenerationResult result = session.ToResult();
            Assert.Equal(expected, result.Ids);
            if (prompt % Block == 0 || !trained)
                Assert.Equal(passes, result.Passes);
        }
    }

    [Fact]
    public void A_threshold_decides_all_that_is_likely_and_at_least_one()
    {
        using Scene scene = new(trained: true);
        int[] prompt = [1, 2, 3, 4];
        const double Threshold = 0.3;
        (int[] expected, int passes) = scene.Define(prompt, 16, (probabilities, _) =>
        {
            (int, int, double)[] likely = [.. probabilities.Where(p => p.Probability > Threshold)];
            return likely.Length > 0 ? likely : [probabilities.MaxBy(p => p.Probability)];
        });
        GenerationResult result = new TextGenerator(scene.Model).Generate(
            prompt, new GenerationOptions { MaxTokens = 16, IgnoreEos = true, Denoising = new DenoisingOptions { Threshold = Threshold } });
        Assert.Equal(StrategyKind.BlockDiffusion, result.Strategy);
        Assert.Equal(expected, result.Ids);
        Assert.Equal(passes, result.Passes);
        Assert.InRange(passes, 5, 15);
    }

    [Fact]
    public void Sampling_gives_the_same_text_for_a_seed_and_others_for_others()
    {
        using Scene scene = new(trained: true);
        string[] texts = [.. new[] { 1, 1, 2, 3 }.Select(seed => string.Join(' ', new TextGenerator(scene.Model).Generate(
            [1, 2, 3], new GenerationOptions { MaxTokens = 16, IgnoreEos = true, Sampling = new SamplingOptions { Temperature = 1, Seed = seed } }).Ids))];
        Assert.Equal(texts[0], texts[1]);
        Assert.Equal(3, texts.Distinct().Count());
    }

    [Theory]
    [InlineData("block length", 0, null, null, 0)]
    [InlineData("block length", 17, null, null, 0)]
    [InlineData("steps", 4, 17, null, 0)]
    [InlineData("steps", 4, 0, null, 0)]
    [InlineData("steps", 4, 6, null, 0)]
    [InlineData("threshold", 4, null, 1.5, 0)]
    [InlineData("guidance", 4, null, null, 1)]
    public void Options_that_cannot_be_are_refused_by_name(string field, int blockLength, int? steps, double? threshold, double guidance)
    {
        using Scene scene = new(trained: true);
        GenerationOptions options = new()
        {
            MaxTokens = 16, Denoising = new DenoisingOptions { BlockLength = blockLength, Steps = steps, Threshold = threshold, Guidance = guidance },
        };
        Assert.Contains(field, Assert.Throws<InvalidInputException>(() => new TextGenerator(scene.Model).Generate([1], options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Masked_diffusion_wants_blocks_that_divide_the_answer()
    {
        using Scene scene = new(trained: true);
        GenerationOptions options = new() { Strategy = StrategyKind.MaskedDiffusion, MaxTokens = 16, Denoising = new DenoisingOptions { BlockLength = 5 } };
        Assert.Contains("a divisor of 16", Assert.Throws<InvalidInputException>(() => new TextGenerator(scene.Model).Generate([1], options)).Message, StringComparison.Ordinal);
    }

    private sealed class Scene : IDisposable
    {
        private readonly WorkerTeam _team = new(2);
        private readonly bool _onGrid;

        public Scene(bool trained)
        {
            _onGrid = trained;
            ModelConfig config = RandomModel.Config(ModelArchitecture.Qwen3, vocabulary: 40) with
            {
                Tidar = trained ? null : new TidarConfig(Block, Mask),
                Diffusion = trained ? new DiffusionConfig(DiffusionKind.Block, Block, Mask) : null,
            };
            Checkpoint checkpoint = Checkpoint.InMemory(config, [.. RandomModel.Tensors(config, seed: 4, scale: 3)]);
            Model = Transformer.Load(checkpoint, _team);
        }

        public Transformer Model { get; }

        public (int[] Text, int Passes) Define(
            int[] prompt, int length, Func<List<(int Position, int Token, double Probability)>, int, IEnumerable<(int Position, int Token, double Probability)>> choose)
        {
            List<int> text = [.. prompt];
            int passes = 0, end = prompt.Length + length;
            for (int start = _onGrid ? prompt.Length / Block * Block : prompt.Length; start < end; start += Block)
            {
                int[] block = [.. text.Skip(start), .. Enumerable.Repeat(Mask, Block - (text.Count - start))];
                for (int step = 0; block.Take(end - start).Contains(Mask); step++, passes++)
                {
                    List<(int Position, int Token, double Probability)> likeliest = Pass([.. text.Take(start)], block, end);
                    foreach ((int position, int token, _) in choose(likeliest, step).ToList())
                        block[position - start] = token;
                }

                text.AddRange(block.Skip(text.Count - start));
            }

            return ([.. text.Take(end).Skip(prompt.Length)], passes);
        }

        public void Dispose()
        {
            Model.Dispose();
            _team.Dispose();
        }

        // The likeliest token of every mask of a block behind a text, computed from nothing.
        private List<(int Position, int Token, double Probability)> Pass(int[] before, int[] block, int end)
        {
            using KeyValueCache cache = Model.CreateCache(1);
            RowBatch batch = new();
            for (int p = 0; p < before.Length; p += _onGrid ? Block : 1)
            {
                if (_onGrid)
                    batch.AddCleanBlock(cache, before.AsSpan(p, Block), p);
                else
                    batch.AddClean(cache, before[p], p);
            }

            int first = batch.AddBlock(cache, block, before.Length, before.Length, areMasks: true);
            Model.Forward(batch);
            List<(int, int, double)> result = [];
            for (int i = 0; i < block.Length; i++)
            {
                if (block[i] != Mask || before.Length + i >= end)
                    continue;
                float[] logits = new float[Model.Config.VocabularySize];
                Model.Logits([first + i], logits);
                double sum = logits.Sum(l => Math.Exp(l));
                logits[Mask] = float.NegativeInfinity;
                int best = Array.IndexOf(logits, logits.Max());
                result.Add((before.Length + i, best, Math.Exp(logits[best]) / sum));
            }

            return result;
        }
    }
}
