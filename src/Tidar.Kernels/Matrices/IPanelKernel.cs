namespace Tidar.Kernels.Matrices;

/// <summary>Multiplies a few prepared rows by one panel of quantized weights.</summary>
internal unsafe interface IPanelKernel
{
    /// <summary>Rows of the largest call.</summary>
    int MostRows { get; }

    /// <summary>Rows that cost as much as one: the height of a tile of the processor; 1 where every row counts.</summary>
    int RowStep { get; }

    /// <summary>Bytes of a prepared row.</summary>
    int OperandBytes { get; }

    /// <summary>Results [rows, 32] of <paramref name="panel"/> into <paramref name="tile"/>; <paramref name="ahead"/> may be brought nearer.</summary>
    void Run(byte* operands, int rows, int panel, PanelAhead ahead, float* tile);
}
