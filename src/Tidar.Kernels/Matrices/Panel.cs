namespace Tidar.Kernels.Matrices;

/// <summary>
/// The layout every multiply kernel reads: columns in groups of 32, each group stored as [k][32] so that consecutive lanes are consecutive outputs.
/// One output is then one lane's serial chain of fused multiply-adds over k, whatever the register width: the reduction order is fixed by the layout.
/// </summary>
public static class Panel
{
    /// <summary>Columns in a panel.</summary>
    public const int Width = 32;

    /// <summary>Panels that cover <paramref name="columns"/> columns.</summary>
    public static int Count(int columns) => (columns + Width - 1) / Width;
}
