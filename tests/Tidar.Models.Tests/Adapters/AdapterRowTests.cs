using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Adapters;

/// <summary>An adapter acts on mask rows, all of it, and on nothing else.</summary>
public sealed class AdapterRowTests
{
    private const int DraftLength = 4;
    private const int Prefix = 21;

    public static TheoryData<ModelArchitecture, int> Models => new() { { ModelArchitecture.Llama, 1 }, { ModelArchitecture.Qwen2, 3 }, { ModelArchitecture.Qwen3, 2 } };

    [Theory]
    [MemberData(nameof(Models))]
    public void Clean_rows_and_branches_have_the_bits_of_the_model_without_it(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        MaskAdapter adapter = RandomAdapter.Create(config, 5, DraftLength, seed: 1);
        foreach (WeightFormat format in Enum.GetValues<WeightFormat>())
        {
            using Transformer plain = Load(config, team, format, null), adapted = Load(config, team, format, adapter);
            (float[] clean, float[] masks) = Run(plain, areMasks: true);
            (float[] adaptedClean, float[] adaptedMasks) = Run(adapted, areMasks: true);
            Assert.Equal(clean, adaptedClean);
            Assert.NotEqual(masks, adaptedMasks);
            (float[] around, float[] block) = Run(plain, areMasks: false);
            (float[] adaptedAround, float[] adaptedBlock) = Run(adapted, areMasks: false);
            Assert.Equal(around, adaptedAround);
            Assert.Equal(block, adaptedBlock);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_mask_row_has_the_same_bits_whatever_is_beside_it(ModelArchitecture architecture, int layers)
    {
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        MaskAdapter adapter = RandomAdapter.Create(config, 5, DraftLength, seed: 2);
        using WorkerTeam team = new(3), one = new(1);
        foreach (WeightFormat format in Enum.GetValues<WeightFormat>())
        {
            using Transformer model = Load(config, team, format, adapter), single = Load(config, one, format, adapter);
            float[] together = Run(model, areMasks: true).Block, alone = new float[together.Length];
            using KeyValueCache cache = single.CreateCache(Prefix);
            RowBatch batch = new();
            AddPrefix(batch, cache);
            single.Forward(batch);
            cache.Length = Prefix;
            batch.Clear();
            int block = batch.AddBlock(cache, new int[DraftLength], Prefix, Prefix, areMasks: true);
            single.Forward(batch);
            for (int slot = DraftLength - 1; slot >= 0; slot--)
                single.Logits([block + slot], alone.AsSpan(slot * config.VocabularySize));
            Assert.Equal(together, alone);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Masks_alone_are_rows_of_a_model_with_the_factors_merged_into_its_weights(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        MaskAdapter adapter = RandomAdapter.Create(config, 3, 1, seed: 3);
        Dictionary<string, WeightTensor> tensors = RandomModel.Tensors(config, 7).ToDictionary(t => t.Name, StringComparer.Ordinal);
        using Transformer adapted = Load(config, team, WeightFormat.Float32, adapter);
        for (int layer = 0; layer < layers; layer++)
        {
            foreach (LinearGroup group in LinearModule.Groups)
                Merge(tensors, adapter.Find(layer, group)!, layer, group, config);
        }

        const int MaskToken = 9;
        float[] embedding = tensors["model.embed_tokens.weight"].ReadAll();
        float[] head = config.TiedEmbeddings ? embedding : tensors["lm_head.weight"].ReadAll();
        tensors["lm_head.weight"] = new MemoryTensor("lm_head.weight", [config.VocabularySize, config.HiddenSize], (float[])head.Clone());
        adapter.MaskEmbedding.CopyTo(embedding, MaskToken * config.HiddenSize);
        tensors["model.embed_tokens.weight"] = new MemoryTensor("model.embed_tokens.weight", [config.VocabularySize, config.HiddenSize], embedding);
        using Transformer merged = Transformer.Load(config with { TiedEmbeddings = false }, (name, _) => tensors[name], team, WeightFormat.Float32);
        float[] expected = MasksAlone(merged, MaskToken, areMasks: false), actual = MasksAlone(adapted, 0, areMasks: true);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-3);
    }

    private static Transformer Load(ModelConfig config, WorkerTeam team, WeightFormat format, MaskAdapter? adapter)
    {
        Dictionary<string, WeightTensor> tensors = RandomModel.Tensors(config, 7).ToDictionary(t => t.Name, StringComparer.Ordinal);
        return Transformer.Load(config, (name, _) => tensors[name], team, format, adapter: adapter);
    }

    // A prefix, two blocks and a branch in one pass: logits of the clean rows and the branch, and of the second block.
    private static (float[] Clean, float[] Block) Run(Transformer model, bool areMasks)
    {
        using KeyValueCache cache = model.CreateCache(Prefix);
        RowBatch batch = new();
        AddPrefix(batch, cache);
        batch.AddBlock(cache, [3, 3, 3], 9, 9, areMasks);
        int branch = batch.AddBranch(cache, [5, 6, 7], 12);
        int block = batch.AddBlock(cache, [3, 3, 3, 3], Prefix, Prefix, areMasks);
        model.Forward(batch);
        int v = model.Config.VocabularySize;
        float[] clean = new float[(Prefix + 3) * v], masks = new float[DraftLength * v];
        model.Logits([.. Enumerable.Range(0, Prefix), branch, branch + 1, branch + 2], clean);
        model.Logits([block, block + 1, block + 2, block + 3], masks);
        return (clean, masks);
    }

    private static void AddPrefix(RowBatch batch, KeyValueCache cache)
    {
        for (int i = 0; i < Prefix; i++)
            batch.AddClean(cache, (i * 7) % 50, i);
    }

    private static float[] MasksAlone(Transformer model, int token, bool areMasks)
    {
        using KeyValueCache cache = model.CreateCache(1);
        RowBatch batch = new();
        batch.AddBlock(cache, [token, token, token, token, token], 0, 0, areMasks);
        model.Forward(batch);
        float[] logits = new float[5 * model.Config.VocabularySize];
        model.Logits([0, 1, 2, 3, 4], logits);
        return logits;
    }

    private static void Merge(Dictionary<string, WeightTensor> tensors, LowRankFactors factors, int layer, LinearGroup group, ModelConfig config)
    {
        int inputs = LinearModule.Inputs(group, config), row = 0;
        foreach (LinearModule module in LinearModule.Of(group, config))
        {
            string name = $"model.layers.{layer}.{module.Name}.weight";
            float[] weights = tensors[name].ReadAll();
            for (int o = 0; o < module.Outputs; o++, row++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    for (int r = 0; r < factors.Rank; r++)
                        weights[(o * inputs) + i] += factors.Up[(row * factors.Rank) + r] * factors.Down[(r * inputs) + i];
                }
            }

            tensors[name] = new MemoryTensor(name, [module.Outputs, inputs], weights);
        }
    }
}
