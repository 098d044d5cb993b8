namespace Tidar.Models.Weights;

/// <summary>
/// One tensor of a checkpoint, under its Hugging Face name and in Hugging Face layout whatever the file (GGUF names are mapped, permuted q/k rows
/// are put back). Values are read from the memory-mapped file row by row; nothing is cached.
/// </summary>
public abstract class WeightTensor
{
    /// <summary>Hugging Face name, e.g. <c>model.layers.0.self_attn.q_proj.weight</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The stored element type as the file names it: <c>F32</c>, <c>BF16</c>, <c>F16</c>, <c>Q4_1</c>, …</summary>
    public abstract string DataType { get; }

    /// <summary>Dimensions, outermost first: a linear layer is [out, in].</summary>
    public abstract IReadOnlyList<long> Shape { get; }

    /// <summary>The file that holds the tensor, for messages.</summary>
    public abstract string Source { get; }

    /// <summary>Product of all dimensions but the last (1 for a vector).</summary>
    public long Rows => Shape.Count <= 1 ? 1 : Shape.Take(Shape.Count - 1).Aggregate(1L, (a, b) => checked(a * b));

    /// <summary>The last dimension (1 for a scalar).</summary>
    public int Columns => Shape.Count == 0 ? 1 : checked((int)Shape[^1]);

    /// <summary>Reads rows [<paramref name="firstRow"/>, +<paramref name="rowCount"/>) as float32 into <paramref name="destination"/> [rowCount, Columns].</summary>
    public abstract void ReadRows(long firstRow, int rowCount, Span<float> destination);
}
