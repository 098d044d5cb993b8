using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Training.Adapters;
using Tidar.Training.Backpropagation;
using Tidar.Training.Optimizer;
using Tidar.Training.Selectors;

namespace Tidar.Training.Tests.Adapters;

public sealed class MaskRowGradientTests
{
    [Theory]
    [InlineData(ModelArchitecture.Llama, true, 0)]
    [InlineData(ModelArchitecture.Qwen2, false, 1)]
    [InlineData(ModelArchitecture.Qwen3, true, 0)]
    public void Gradients_are_the_slopes_of_the_loss(ModelArchitecture architecture, bool slotEmbeddings, int firstLayer)
    {
        using AdapterScene scene = new(architecture, slotEmbeddings: slotEmbeddings, firstLayer: firstLayer);
        MaskBatch batch = scene.Batch();
        scene.Decoder.AddGradients(batch, 1);
        AssertSlopes(scene, scene.Parameters, () => scene.Decoder.Evaluate(batch));
    }

    [Fact]
    public void With_a_path_selector_gradients_are_the_slopes_of_both_losses()
    {
        // All tokens but one are candidates: which they are does not change with the weights.
        using AdapterScene scene = new(ModelArchitecture.Llama);
        WeightTensor embedding = scene.Checkpoint.Get("model.embed_tokens.weight", scene.Config.VocabularySize, scene.Config.HiddenSize);
        WeightTensor head = scene.Config.TiedEmbeddings ? embedding : scene.Checkpoint.Get("lm_head.weight", scene.Config.VocabularySize, scene.Config.HiddenSize);
        SelectorShape shape = new(scene.Config.HiddenSize, 3, scene.Config.VocabularySize - 1, 2, AdapterScene.DraftLength - 1, CopyLength: 2);
        using SelectorTerm selector = new(scene.Team, shape, new AdamWSettings(), embedding, head, share: 3, mostBlocks: 8);
        Random random = new(9);
        foreach (Parameter parameter in selector.Parameters.All)
        {
            foreach (ref float value in selector.Parameters.Values(parameter.Slice))
                value = random.NextSingle() - 0.4f;
        }

        MaskBatch batch = scene.Batch();
        double plain = scene.Decoder.Evaluate(batch), both = Loss();
        Assert.Equal(plain + selector.Loss, both, 1e-5 * both);
        Assert.True(selector.Loss > 1);
        foreach (FlatParameters parameters in new FlatParameters[] { scene.Parameters, selector.Parameters })
        {
            foreach (Parameter parameter in parameters.All)
                parameters.Gradients(parameter.Slice).Clear();
            Loss();
            AssertSlopes(scene, parameters, Loss);
        }

        double Loss()
        {
            selector.Begin(batch, scale: 1);
            return scene.Decoder.AddGradients(batch, 1, selector, judges: false) + selector.Loss;
        }
    }

    [Theory]
    [InlineData(ModelArchitecture.Llama)]
    [InlineData(ModelArchitecture.Qwen2)]
    [InlineData(ModelArchitecture.Qwen3)]
    public void Without_factors_a_mask_row_is_the_base_models_row(ModelArchitecture architecture)
    {
        using AdapterScene scene = new(architecture);
        foreach (Parameter parameter in scene.Parameters.All)
            scene.Parameters.Values(parameter.Slice).Clear();
        const int MaskToken = 17;
        float[] embedding = new float[scene.Config.HiddenSize];
        scene.Checkpoint.Get("model.embed_tokens.weight", scene.Config.VocabularySize, scene.Config.HiddenSize).ReadRows(MaskToken, 1, embedding);
        Span<float> masks = scene.Parameters.Values(scene.Parameters[AdapterNames.MaskEmbedding].Slice);
        for (int slot = 0; slot < AdapterScene.DraftLength; slot++)
            embedding.CopyTo(masks[(slot * embedding.Length)..]);
        scene.Decoder.Refresh();
        double expected = 0;
        MaskBatch batch = scene.Batch();
        foreach (MaskTarget target in batch.Targets)
            expected += target.Weight * Loss(scene, batch, target, MaskToken);
        Assert.Equal(expected, scene.Decoder.Evaluate(batch), 1e-4 * expected);
    }

    // Sums of 8-bit products over a hidden size of a few dozen average little out: a real model's gradients are nearer.
    [Theory]
    [InlineData(TrainingPrecision.BFloat16, 0.01, 0.05)]
    [InlineData(TrainingPrecision.Int8, 0.02, 0.15)]
    public void Rounded_loss_and_gradients_are_near_those_of_float32(TrainingPrecision precision, double lossTolerance, double gradientTolerance)
    {
        using AdapterScene exact = new(ModelArchitecture.Qwen3), rounded = new(ModelArchitecture.Qwen3, precision: precision);
        double expected = exact.Decoder.AddGradients(exact.Batch(), 1), actual = rounded.Decoder.AddGradients(rounded.Batch(), 1);
        Assert.NotEqual(expected, actual);
        Assert.Equal(expected, actual, lossTolerance * expected);
        foreach (Parameter parameter in exact.Parameters.All)
        {
            float[] g = exact.Parameters.Gradients(parameter.Slice).ToArray(), h = rounded.Parameters.Gradients(parameter.Slice).ToArray();
            double difference = Math.Sqrt(g.Zip(h, (a, b) => (double)(a - b) * (a - b)).Sum()), length = Math.Sqrt(g.Sum(a => (double)a * a));
            Assert.True(difference < gradientTolerance * length, $"{parameter.Name}: {difference} of {length}");
        }
    }

    [Theory]
    [InlineData(TrainingPrecision.Float32)]
    [InlineData(TrainingPrecision.Int8)]
    public void Gradients_have_the_same_bits_at_any_number_of_threads(TrainingPrecision precision)
    {
        using AdapterScene one = new(ModelArchitecture.Qwen3, threads: 1, precision: precision), five = new(ModelArchitecture.Qwen3, threads: 5, precision: precision);
        Assert.Equal(one.Decoder.AddGradients(one.Batch(), 0.25), five.Decoder.AddGradients(five.Batch(), 0.25));
        foreach (Parameter parameter in one.Parameters.All)
            Assert.Equal(one.Parameters.Gradients(parameter.Slice).ToArray(), five.Parameters.Gradients(parameter.Slice).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.6)]
    public void Slots_count_as_much_as_it_is_likely_that_those_before_them_are_right(double share)
    {
        using AdapterScene reaching = new(ModelArchitecture.Qwen3, reachShare: share), plain = new(ModelArchitecture.Qwen3);
        MaskBatch batch = plain.Batch();
        double loss = reaching.Decoder.AddGradients(reaching.Batch(), 1);
        Assert.Equal(plain.Decoder.Evaluate(batch), loss, 1e-6 * loss);
        MaskTarget[] targets = [.. batch.Targets];
        double reached = 1;
        for (int i = 0; i < targets.Length; i++)
        {
            int slot = targets[i].Row % AdapterScene.DraftLength;
            reached = slot <= 1 ? 1 : reached * Probability(targets[i - 1]);
            targets[i] = targets[i] with { Weight = (float)(targets[i].Weight * (1 - share + (share * reached))) };
        }

        batch.Targets.Clear();
        batch.Targets.AddRange(targets);
        plain.Decoder.AddGradients(batch, 1);
        foreach (Parameter parameter in plain.Parameters.All)
        {
            float[] expected = plain.Parameters.Gradients(parameter.Slice).ToArray(), actual = reaching.Parameters.Gradients(parameter.Slice).ToArray();
            double length = Math.Sqrt(expected.Sum(g => (double)g * g));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * length));
        }

        double Probability(MaskTarget target)
        {
            batch.Targets.Clear();
            batch.Targets.Add(new MaskTarget(target.Row, TokenDistribution.Certain(target.Target.Token), 1));
            return Math.Exp(-plain.Decoder.Evaluate(batch));
        }
    }

    private static void AssertSlopes(AdapterScene scene, FlatParameters parameters, Func<double> lossNow)
    {
        Slopes.AssertMatch(parameters, parameters.All, p => parameters.Gradients(p.Slice).ToArray(), Loss, step: 3e-3, relative: 0.01, absolute: 2e-3, shortest: 1e-4);
        scene.Decoder.Refresh();

        double Loss()
        {
            scene.Decoder.Refresh();
            return lossNow();
        }
    }

    // The loss of one row, by the decoder that generates text.
    private static double Loss(AdapterScene scene, MaskBatch batch, MaskTarget target, int maskToken)
    {
        int first = target.Row / AdapterScene.DraftLength * AdapterScene.DraftLength, start = batch.Layout.Positions[first];
        int document = batch.Layout.Documents.FindIndex(d => first < d.SpanStart + d.SpanCount);
        using KeyValueCache cache = scene.Transformer.CreateCache(32);
        RowBatch rows = new();
        for (int p = 0; p < start; p++)
            rows.AddClean(cache, scene.Documents[document].Tokens[p], p);
        int block = rows.AddBlock(cache, [.. Enumerable.Repeat(maskToken, AdapterScene.DraftLength)], start, start);
        scene.Transformer.Forward(rows);
        float[] logits = new float[scene.Config.VocabularySize];
        scene.Transformer.Logits([block + target.Row - first], logits);
        double normalizer = Math.Log(logits.Sum(l => Math.Exp(l))), loss = 0;
        for (int i = 0; i < target.Target.Tokens.Length; i++)
            loss += target.Target.Probabilities[i] * (normalizer - logits[target.Target.Tokens[i]]);
        return loss;
    }
}
