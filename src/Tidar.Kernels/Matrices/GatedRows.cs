namespace Tidar.Kernels.Matrices;

/// <summary>The order of rows that <see cref="Epilogue.SwiGlu"/> expects: 16 rows of the gate projection, the same 16 of the up projection, and so on.</summary>
public static class GatedRows
{
    /// <summary>Rows of each projection that share a panel.</summary>
    public const int PerPanel = Panel.Width / 2;

    /// <summary>Rows of the joined matrix for projections of <paramref name="width"/> rows: whole panels, the last padded with zeros.</summary>
    public static int Count(int width) => (width + PerPanel - 1) / PerPanel * Panel.Width;

    /// <summary>Where row <paramref name="row"/> of the gate (or, with <paramref name="up"/>, of the up) projection goes.</summary>
    public static int IndexOf(int row, bool up) => (row / PerPanel * Panel.Width) + (up ? PerPanel : 0) + (row % PerPanel);
}
