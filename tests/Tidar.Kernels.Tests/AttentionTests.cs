using Tidar.Kernels.Attention;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed class AttentionTests
{
    private const int PrefixSlots = 150;
    private const int SpanSlots = 50;

    public static TheoryData<int, int, int> Shapes => new() { { 4, 2, 16 }, { 3, 1, 24 }, { 9, 3, 64 }, { 6, 6, 12 }, { 8, 1, 40 }, { 1, 1, 130 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_equals_the_plain_definition(int heads, int groups, int dimension)
    {
        Scene scene = new(heads, groups, dimension, seed: 1);
        AttentionRow[] rows =
        [
            new(0, 1, 0, 0), new(0, 150, 0, 0), new(0, 33, 0, 8), new(0, 40, 8, 8), new(0, 64, 8, 8), new(0, 0, 3, 47), new(5, 60, 16, 1),
            new(70, 80, 40, 10), new(31, 2, 31, 2), new(0, 0, 0, 0),
        ];
        float[] expected = scene.Reference(rows);
        Tiers.OnEach(team =>
        {
            float[] actual = scene.Run(team, rows);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 2e-5);
        });
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_row_has_the_same_bits_whatever_is_computed_beside_it(int heads, int groups, int dimension)
    {
        Scene scene = new(heads, groups, dimension, seed: 2);
        Random random = new(3);
        AttentionRow[] rows = [.. Enumerable.Range(0, 40).Select(_ => new AttentionRow(0, random.Next(1, PrefixSlots), random.Next(0, 30), random.Next(0, 20)))];
        float[]? together = null;
        Tiers.OnEach(team =>
        {
            together ??= scene.Run(team, rows);
            Assert.Equal(together, scene.Run(team, rows));
        });
        using WorkerTeam one = new(1);
        for (int i = 0; i < rows.Length; i++)
        {
            float[] alone = scene.Run(one, [.. rows[..i].Select(_ => new AttentionRow(0, 1, 0, 0)), rows[i]]);
            Assert.Equal(together!.AsSpan(i * heads * dimension, heads * dimension), alone.AsSpan(i * heads * dimension));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Keys_in_the_span_and_the_same_keys_in_place_give_the_same_bits(int heads, int groups, int dimension)
    {
        Scene scene = new(heads, groups, dimension, seed: 4);
        using WorkerTeam team = new(2);
        foreach ((int prefix, int span) in new[] { (1, 1), (31, 8), (32, 8), (100, 17) })
        {
            for (int i = 0; i < span; i++)
                scene.Clean.CopyFrom(scene.Span, 5 + i, prefix + i);
            float[] inSpan = scene.Run(team, [new(0, prefix, 5, span)]);
            float[] inPlace = scene.Run(team, [new(0, prefix + span, 0, 0)]);
            Assert.Equal(inPlace, inSpan);
        }
    }

    [Fact]
    public void Growing_a_store_keeps_what_it_holds()
    {
        Scene scene = new(4, 2, 20, seed: 5);
        AttentionRow[] rows = [new(0, 150, 0, 50)];
        using WorkerTeam team = new(1);
        float[] before = scene.Run(team, rows);
        scene.Clean.Reserve(1000);
        scene.Span.Reserve(77);
        Assert.Equal(before, scene.Run(team, rows));
    }

    private sealed class Scene
    {
        private readonly int _heads;
        private readonly int _groups;
        private readonly int _dimension;
        private readonly float[][] _keys = new float[PrefixSlots + SpanSlots][];
        private readonly float[][] _values = new float[PrefixSlots + SpanSlots][];
        private readonly float[] _query;

        public Scene(int heads, int groups, int dimension, int seed)
        {
            (_heads, _groups, _dimension) = (heads, groups, dimension);
            Random random = new(seed);
            Clean = new KeyValueStore(groups, dimension, PrefixSlots);
            Span = new KeyValueStore(groups, dimension, SpanSlots);
            for (int slot = 0; slot < PrefixSlots + SpanSlots; slot++)
            {
                _keys[slot] = Values(random, groups * dimension);
                _values[slot] = Values(random, groups * dimension);
                if (slot < PrefixSlots)
                    Clean.Write(slot, _keys[slot], _values[slot]);
                else
                    Span.Write(slot - PrefixSlots, _keys[slot], _values[slot]);
            }

            _query = Values(random, 64 * heads * dimension);
        }

        public KeyValueStore Clean { get; }

        public KeyValueStore Span { get; }

        public float[] Run(WorkerTeam team, AttentionRow[] rows)
        {
            using PrefixSpanAttention kernel = new(_heads, _groups, _dimension);
            List<AttentionTile> tiles = [];
            AttentionTile.Cut(new int[rows.Length], _heads / _groups, rows.Max(r => r.PrefixLength + r.SpanLength), tiles);
            float[] output = new float[rows.Length * _heads * _dimension];
            kernel.Run(team, _query, _heads * _dimension, rows, tiles, [Clean], Span, output);
            return output;
        }

        public float[] Reference(AttentionRow[] rows)
        {
            float[] output = new float[rows.Length * _heads * _dimension];
            for (int r = 0; r < rows.Length; r++)
            {
                AttentionRow row = rows[r];
                int[] slots = [.. Enumerable.Range(row.PrefixStart, row.PrefixLength), .. Enumerable.Range(PrefixSlots + row.SpanStart, row.SpanLength)];
                for (int h = 0; h < _heads; h++)
                {
                    int group = h / (_heads / _groups);
                    double[] weights = [.. slots.Select(s => Math.Exp(Enumerable.Range(0, _dimension).Sum(d =>
                        (double)_query[(((r * _heads) + h) * _dimension) + d] * _keys[s][(group * _dimension) + d]) / Math.Sqrt(_dimension)))];
                    double sum = weights.Sum();
                    for (int d = 0; d < _dimension; d++)
                        output[(((r * _heads) + h) * _dimension) + d] = (float)slots.Select((s, i) => weights[i] / sum * _values[s][(group * _dimension) + d]).Sum();
                }
            }

            return output;
        }

        private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
