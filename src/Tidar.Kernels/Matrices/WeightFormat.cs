namespace Tidar.Kernels.Matrices;

/// <summary>How packed weights are stored.</summary>
public enum WeightFormat
{
    /// <summary>4 bytes a weight.</summary>
    Float32,

    /// <summary>2 bytes a weight; float32 arithmetic on the exactly widened values.</summary>
    BFloat16,

    /// <summary>1 byte a weight and a scale per output, against activations rounded to 8 bits per row.</summary>
    Int8,

    /// <summary>
    /// Half a byte a weight, on a grid per output and group of 32 inputs, against activations rounded to 8 bits in the same groups. The grid of a 4-bit file is kept exactly.
    /// </summary>
    Int4,
}
