using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Models.Tests.Transformers;

/// <summary>A row's logits are the same bits however the rows around it are arranged: what makes TiDAR's text equal to AR's.</summary>
public sealed class RowInvarianceTests
{
    private const int Length = 45;

    public static TheoryData<ModelArchitecture, int> Models => new()
    {
        { ModelArchitecture.Llama, 1 }, { ModelArchitecture.Llama, 3 }, { ModelArchitecture.Qwen2, 2 }, { ModelArchitecture.Qwen3, 2 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Decoding_one_by_one_in_chunks_and_in_one_pass_give_the_same_bits(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam team = new(2), single = new(1);
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        foreach (WeightFormat format in Enum.GetValues<WeightFormat>())
        {
            using Transformer model = RandomModel.Create(config, 1, team, format: format), alone = RandomModel.Create(config, 1, single, format: format);
            int[] ids = Ids(config);
            float[] whole = Run(model, ids, Length);
            Assert.All(whole, v => Assert.True(float.IsFinite(v)));
            foreach (int chunk in new[] { 1, 2, 7, 32 })
            {
                Assert.Equal(whole, Run(model, ids, chunk));
                Assert.Equal(whole, Run(alone, ids, chunk));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_branch_gives_the_bits_of_decoding_in_place(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        using Transformer model = RandomModel.Create(config, 2, team);
        int[] ids = Ids(config);
        float[] whole = Run(model, ids, Length);
        int v = config.VocabularySize, prefix = 33;
        using KeyValueCache cache = model.CreateCache(Length);
        RowBatch batch = new();
        for (int i = 0; i < prefix; i++)
            batch.AddClean(cache, ids[i], i);
        batch.AddBlock(cache, [config.Tidar!.MaskTokenId, config.Tidar.MaskTokenId], prefix, prefix - 3);
        int branch = batch.AddBranch(cache, ids.AsSpan(prefix), prefix);
        model.Forward(batch);
        float[] logits = new float[v];
        for (int i = prefix; i < Length; i++)
        {
            model.Logits([branch + i - prefix], logits);
            Assert.Equal(whole.AsSpan(i * v, v), logits.AsSpan());
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Kept_rows_of_a_branch_are_those_of_decoding_in_place(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam team = new(2);
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        using Transformer model = RandomModel.Create(config, 2, team);
        int[] ids = Ids(config);
        float[] whole = Run(model, ids, Length);
        int v = config.VocabularySize, prefix = 30, kept = 5, mask = config.Tidar!.MaskTokenId;
        using KeyValueCache cache = model.CreateCache(Length);
        RowBatch batch = new();
        for (int i = 0; i < prefix; i++)
            batch.AddClean(cache, ids[i], i);

        // Rejected tokens in place, another branch, and masks behind the one that wins.
        for (int i = 0; i < kept; i++)
            batch.AddClean(cache, (ids[prefix + i] + 1) % mask, prefix + i);
        batch.AddBranch(cache, [1, 2, 3], prefix + 2);
        int branch = batch.AddBranch(cache, ids.AsSpan(prefix, kept), prefix, [mask, mask, mask]);
        model.Forward(batch);
        for (int i = 0; i < kept; i++)
            model.Keep(branch + i, cache);
        Assert.Throws<ArgumentException>(() => model.Keep(branch + kept, cache));
        Assert.Throws<ArgumentException>(() => model.Keep(0, cache));

        // A block behind a branch is the block behind the same tokens in place.
        float[] blockInBranch = new float[3 * v], blockInPlace = new float[3 * v];
        model.Logits([branch + kept, branch + kept + 1, branch + kept + 2], blockInBranch);
        cache.Length = prefix + kept;
        batch.Clear();
        int block = batch.AddBlock(cache, [mask, mask, mask], cache.Length, cache.Length, areMasks: true);
        int first = batch.Count;
        for (int i = cache.Length; i < Length; i++)
            batch.AddClean(cache, ids[i], i);
        model.Forward(batch);
        model.Logits([block, block + 1, block + 2], blockInPlace);
        Assert.Equal(blockInPlace, blockInBranch);
        float[] logits = new float[v];
        for (int i = prefix + kept; i < Length; i++)
        {
            model.Logits([first + i - prefix - kept], logits);
            Assert.Equal(whole.AsSpan(i * v, v), logits.AsSpan());
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Sequences_and_mask_blocks_in_one_batch_do_not_change_each_other(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam team = new(3);
        ModelConfig config = RandomModel.Config(architecture, layers: layers);
        using Transformer model = RandomModel.Create(config, 3, team);
        int v = config.VocabularySize, mask = config.Tidar!.MaskTokenId;
        int[] first = Ids(config), second = [.. first.Reverse().Take(20)];
        float[] alone = Run(model, first, Length), other = Run(model, second, 20);
        float[] blockAlone = Block(model, first[..20], mask);

        using KeyValueCache one = model.CreateCache(8), two = model.CreateCache(8);
        RowBatch batch = new();
        for (int i = 0; i < 20; i++)
            batch.AddClean(one, first[i], i);
        int block = batch.AddBlock(one, [mask, mask, mask, mask], 20, 20);
        for (int i = 0; i < 20; i++)
            batch.AddClean(two, second[i], i);
        batch.AddBlock(two, [mask, mask, mask], 12, 12);
        model.Forward(batch);
        float[] logits = new float[v];
        model.Logits([19], logits);
        Assert.Equal(alone.AsSpan(19 * v, v), logits.AsSpan());
        model.Logits([20 + 4 + 19], logits);
        Assert.Equal(other.AsSpan(19 * v, v), logits.AsSpan());
        float[] blockLogits = new float[4 * v];
        model.Logits([block, block + 1, block + 2, block + 3], blockLogits);
        Assert.Equal(blockAlone, blockLogits);
    }

    [Fact]
    public void Rolling_back_is_setting_the_length()
    {
        using WorkerTeam team = new(1);
        ModelConfig config = RandomModel.Config();
        using Transformer model = RandomModel.Create(config, 4, team);
        int[] ids = Ids(config);
        float[] whole = Run(model, ids, Length);
        using KeyValueCache cache = model.CreateCache(Length);
        RowBatch batch = new();
        for (int i = 0; i < 30; i++)
            batch.AddClean(cache, i < 20 ? ids[i] : 7, i);
        model.Forward(batch);
        cache.Length = 20;
        float[] logits = new float[config.VocabularySize];
        for (int i = 20; i < Length; i++)
        {
            batch.Clear();
            batch.AddClean(cache, ids[i], i);
            model.Forward(batch);
            cache.Length = i + 1;
            model.Logits([0], logits);
            Assert.Equal(whole.AsSpan(i * config.VocabularySize, config.VocabularySize), logits.AsSpan());
        }
    }

    private static float[] Block(Transformer model, int[] prefix, int mask)
    {
        using KeyValueCache cache = model.CreateCache(8);
        RowBatch batch = new();
        for (int i = 0; i < prefix.Length; i++)
            batch.AddClean(cache, prefix[i], i);
        model.Forward(batch);
        cache.Length = prefix.Length;
        batch.Clear();
        batch.AddBlock(cache, [mask, mask, mask, mask], prefix.Length, prefix.Length);
        model.Forward(batch);
        float[] logits = new float[4 * model.Config.VocabularySize];
        model.Logits([0, 1, 2, 3], logits);
        return logits;
    }

    private static float[] Run(Transformer model, int[] ids, int chunk)
    {
        int v = model.Config.VocabularySize;
        float[] logits = new float[ids.Length * v];
        using KeyValueCache cache = model.CreateCache(4);
        RowBatch batch = new();
        for (int start = 0; start < ids.Length; start += chunk)
        {
            batch.Clear();
            int end = Math.Min(ids.Length, start + chunk);
            for (int i = start; i < end; i++)
                batch.AddClean(cache, ids[i], i);
            model.Forward(batch);
            cache.Length = end;
            model.Logits([.. Enumerable.Range(0, end - start)], logits.AsSpan(start * v));
        }

        return logits;
    }

    private static int[] Ids(ModelConfig config) => [.. Enumerable.Range(0, Length).Select(i => ((i * 37) + (i * i)) % (config.VocabularySize - 1))];
}
