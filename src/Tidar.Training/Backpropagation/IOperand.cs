using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>The right operand B [k, columns] of a product y = x·B, packed before the products that use it.</summary>
internal interface IOperand : IDisposable
{
    /// <summary>Packs B from <paramref name="b"/> [k, columns], row-major.</summary>
    void Pack(WorkerTeam team, ReadOnlySpan<float> b, int k, int columns);

    /// <summary>Packs B = Wᵀ from <paramref name="w"/> [columns, k], row-major (a linear layer's weights [out, in]).</summary>
    void PackTransposed(WorkerTeam team, ReadOnlySpan<float> w, int columns, int k);

    /// <summary>y [rows, columns] = x [rows, k] · B, added to what y holds when <paramref name="accumulate"/>.</summary>
    void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false);
}
