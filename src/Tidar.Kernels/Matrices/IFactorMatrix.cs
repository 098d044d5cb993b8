namespace Tidar.Kernels.Matrices;

/// <summary>A matrix that a <see cref="LowRankTerm"/> multiplies, panel by panel and inside other jobs.</summary>
internal unsafe interface IFactorMatrix
{
    /// <summary>tile [rows, 32] = results of one panel of outputs for any number of prepared rows, <see cref="WeightMatrix.OperandBytes"/> apart.</summary>
    void MultiplyPanel(byte* operands, int rows, int panel, float* tile);

    /// <summary>Adds them to <paramref name="tile"/>; <paramref name="scratch"/> is as large as it.</summary>
    void AddPanel(byte* operands, int rows, int panel, float* tile, float* scratch);

    /// <summary>Asks for a panel to be brought nearer.</summary>
    void Prefetch(int panel);
}
