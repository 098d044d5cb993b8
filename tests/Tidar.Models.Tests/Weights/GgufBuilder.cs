using System.Text;

namespace Tidar.Models.Tests.Weights;

/// <summary>Writes small GGUF files, for what the golden ones do not show.</summary>
internal sealed class GgufBuilder
{
    private readonly List<(string Key, byte[] Value)> _pairs = [];
    private readonly List<(string Name, long[] Shape, float[] Values)> _tensors = [];

    public uint Version { get; init; } = 3;

    /// <summary>A Llama, Qwen2 or Qwen3 of hidden size 8, 2 heads, 1 layer, 10 tokens; tensors hold 0, 1, 2, …</summary>
    public static GgufBuilder Model(string family = "llama", uint version = 3)
    {
        GgufBuilder builder = new() { Version = version };
        builder.Text("general.architecture", family);
        builder.UInt32($"{family}.block_count", 1).UInt32($"{family}.embedding_length", 8).UInt32($"{family}.feed_forward_length", 12);
        builder.UInt32($"{family}.attention.head_count", 2).UInt32($"{family}.attention.head_count_kv", 1).UInt32($"{family}.context_length", 64);
        builder.Float32($"{family}.attention.layer_norm_rms_epsilon", 1e-5f);
        builder.Tensor("token_embd.weight", 10, 8).Tensor("output_norm.weight", 8).Tensor("blk.0.attn_norm.weight", 8).Tensor("blk.0.ffn_norm.weight", 8);
        builder.Tensor("blk.0.attn_q.weight", 8, 8).Tensor("blk.0.attn_k.weight", 4, 8).Tensor("blk.0.attn_v.weight", 4, 8);
        builder.Tensor("blk.0.attn_output.weight", 8, 8);
        return builder.Tensor("blk.0.ffn_gate.weight", 12, 8).Tensor("blk.0.ffn_up.weight", 12, 8).Tensor("blk.0.ffn_down.weight", 8, 12);
    }

    public GgufBuilder UInt32(string key, uint value) => Pair(key, 4, BitConverter.GetBytes(value));

    public GgufBuilder Float32(string key, float value) => Pair(key, 6, BitConverter.GetBytes(value));

    public GgufBuilder Boolean(string key, bool value) => Pair(key, 7, [value ? (byte)1 : (byte)0]);

    public GgufBuilder Text(string key, string value) => Pair(key, 8, Text(value));

    public GgufBuilder Int32s(string key, params int[] values) =>
        Pair(key, 9, [.. BitConverter.GetBytes(5u), .. BitConverter.GetBytes((ulong)values.Length), .. values.SelectMany(BitConverter.GetBytes)]);

    public GgufBuilder Texts(string key, params string[] values) =>
        Pair(key, 9, [.. BitConverter.GetBytes(8u), .. BitConverter.GetBytes((ulong)values.Length), .. values.SelectMany(Text)]);

    public GgufBuilder Without(string key)
    {
        _pairs.RemoveAll(p => p.Key == key);
        return this;
    }

    public GgufBuilder Tensor(string name, params long[] shape)
    {
        int count = (int)shape.Aggregate(1L, static (a, b) => a * b);
        _tensors.Add((name, shape, [.. Enumerable.Range(0, count).Select(static i => (float)i)]));
        return this;
    }

    public byte[] Build()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_pairs.Count);
        foreach ((string key, byte[] value) in _pairs)
        {
            writer.Write(Text(key));
            writer.Write(value);
        }

        ulong offset = 0;
        foreach ((string name, long[] shape, float[] values) in _tensors)
        {
            writer.Write(Text(name));
            writer.Write((uint)shape.Length);
            foreach (long dimension in shape.Reverse())
                writer.Write((ulong)dimension);
            writer.Write(0u);
            writer.Write(offset);
            offset += (ulong)Align(values.Length * sizeof(float));
        }

        writer.Write(new byte[Align(stream.Length) - stream.Length]);
        foreach ((_, _, float[] values) in _tensors)
        {
            foreach (float value in values)
                writer.Write(value);
            writer.Write(new byte[Align(stream.Length) - stream.Length]);
        }

        return stream.ToArray();
    }

    private static long Align(long length) => (length + 31) / 32 * 32;

    private static byte[] Text(string text) => [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private GgufBuilder Pair(string key, uint type, byte[] value)
    {
        _pairs.Add((key, [.. BitConverter.GetBytes(type), .. value]));
        return this;
    }
}
