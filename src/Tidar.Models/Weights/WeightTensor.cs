using Tidar.Kernels.Matrices;

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

    /// <summary>Whether the elements are of a floating-point or quantized kind that <see cref="ReadRows"/> can give; false for integers and others.</summary>
    public virtual bool IsReadable => true;

    /// <summary>Product of all dimensions.</summary>
    public long ElementCount => Product(Shape.Count);

    /// <summary>Product of all dimensions but the last (1 for a vector).</summary>
    public long Rows => Product(Shape.Count - 1);

    /// <summary>The last dimension (1 for a scalar).</summary>
    public int Columns => Shape.Count == 0 ? 1 : checked((int)Shape[^1]);

    /// <summary>
    /// Reads rows [<paramref name="firstRow"/>, +<paramref name="rowCount"/>) as float32 into <paramref name="destination"/> [rowCount, Columns].
    /// </summary>
    /// <exception cref="InvalidInputException">The stored type is not a floating-point kind.</exception>
    public abstract void ReadRows(long firstRow, int rowCount, Span<float> destination);

    /// <summary>
    /// The stored bfloat16 values of rows [<paramref name="firstRow"/>, +<paramref name="rowCount"/>), [rowCount, Columns], straight from the mapped file.
    /// </summary>
    /// <returns>False where the tensor is stored otherwise, or where the file does not align it to two bytes: then <see cref="ReadRows"/> serves.</returns>
    /// <remarks>The span is valid until the file is closed.</remarks>
    public virtual bool TryGetBFloat16Rows(long firstRow, int rowCount, out ReadOnlySpan<ushort> values)
    {
        values = default;
        return false;
    }

    /// <summary>
    /// For a tensor whose values lie on a grid of 16 equal steps in groups of 32 (GGUF's Q4_0, Q4_1, Q4_K): how its scales and minima must be stored to stay exact. Null for
    /// all others.
    /// </summary>
    public virtual Int4Scales? GridScales => null;

    /// <summary>Reads rows [<paramref name="firstRow"/>, +<paramref name="rowCount"/>) as they lie on the grid of <see cref="GridScales"/>: value = scale · level + minimum.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="levels">Receives 0 … 15, [rowCount, Columns].</param>
    /// <param name="scales">Receives [rowCount, Columns / 32].</param>
    /// <param name="minima">Receives [rowCount, Columns / 32].</param>
    /// <exception cref="InvalidOperationException">There is no grid.</exception>
    public virtual void ReadGrid(long firstRow, int rowCount, Span<byte> levels, Span<float> scales, Span<float> minima) =>
        throw new InvalidOperationException($"{Name} is not stored on a 4-bit grid");

    /// <summary>Says that the values will not be read again soon: a mapped file's pages leave this process's memory. Reading stays possible.</summary>
    public virtual void Release()
    {
    }

    /// <summary>Reads the whole tensor as float32, row-major: for small tensors (norms, biases, tests).</summary>
    /// <exception cref="InvalidInputException">The stored type is not a floating-point kind, or the tensor is larger than an array.</exception>
    public float[] ReadAll()
    {
        if (ElementCount > Array.MaxLength)
            throw new InvalidInputException(Source, Name, $"at most {Array.MaxLength} elements", $"{ElementCount}");
        float[] values = new float[ElementCount];
        if (values.Length > 0)
            ReadRows(0, checked((int)Rows), values);
        return values;
    }

    private long Product(int dimensions)
    {
        long product = 1;
        for (int i = 0; i < dimensions; i++)
            product = checked(product * Shape[i]);
        return product;
    }
}
