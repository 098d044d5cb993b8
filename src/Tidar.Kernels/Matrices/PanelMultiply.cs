using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>A run of the tile kernel on whichever tier is in use.</summary>
internal static unsafe class PanelMultiply
{
    /// <inheritdoc cref="TileKernel{TLanes, TElement}.Multiply"/>
    public static void Run<TElement>(float* a, nint lda, int rows, void* panel, int k, float* c, nint ldc, bool accumulate)
        where TElement : struct, IPanelElement
    {
        switch (Processor.VectorTier)
        {
            case KernelTier.Avx512:
                TileKernel<Lanes512, TElement>.Multiply(a, lda, rows, panel, k, c, ldc, accumulate);
                break;
            case KernelTier.Avx2:
                TileKernel<Lanes256, TElement>.Multiply(a, lda, rows, panel, k, c, ldc, accumulate);
                break;
            default:
                TileKernel<Lanes128, TElement>.Multiply(a, lda, rows, panel, k, c, ldc, accumulate);
                break;
        }
    }
}
