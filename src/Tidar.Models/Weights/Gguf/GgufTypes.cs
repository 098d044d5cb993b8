using System.Collections.Frozen;
using Tidar.Models.Weights.Elements;

namespace Tidar.Models.Weights.Gguf;

/// <summary>The tensor types of GGUF by their numbers (ggml's <c>ggml_type</c>); those without a decoder can be listed, not used as weights.</summary>
internal static class GgufTypes
{
    private static readonly FrozenDictionary<uint, ElementType> ByNumber = new Dictionary<uint, ElementType>
    {
        [0] = PlainElements.F32,
        [1] = PlainElements.F16,
        [2] = SmallBlocks.Q4_0,
        [3] = SmallBlocks.Q4_1,
        [6] = SmallBlocks.Q5_0,
        [7] = SmallBlocks.Q5_1,
        [8] = SmallBlocks.Q8_0,
        [9] = new("Q8_1", 32, 36, null),
        [10] = SuperBlocks.Q2_K,
        [11] = SuperBlocks.Q3_K,
        [12] = SuperBlocks.Q4_K,
        [13] = SuperBlocks.Q5_K,
        [14] = SuperBlocks.Q6_K,
        [15] = new("Q8_K", 256, 292, null),
        [16] = new("IQ2_XXS", 256, 66, null),
        [17] = new("IQ2_XS", 256, 74, null),
        [18] = new("IQ3_XXS", 256, 98, null),
        [19] = new("IQ1_S", 256, 50, null),
        [20] = SmallBlocks.IQ4_NL,
        [21] = new("IQ3_S", 256, 110, null),
        [22] = new("IQ2_S", 256, 82, null),
        [23] = SuperBlocks.IQ4_XS,
        [24] = new("I8", 1, 1, null),
        [25] = new("I16", 1, 2, null),
        [26] = new("I32", 1, 4, null),
        [27] = new("I64", 1, 8, null),
        [28] = new("F64", 1, 8, null),
        [29] = new("IQ1_M", 256, 56, null),
        [30] = PlainElements.BF16,
        [34] = new("TQ1_0", 256, 54, null),
        [35] = new("TQ2_0", 256, 66, null),
        [39] = new("MXFP4", 32, 17, null),
    }.ToFrozenDictionary();

    /// <summary>The type of that number, or null where it never existed or was removed.</summary>
    public static ElementType? Find(uint number) => ByNumber.GetValueOrDefault(number);
}
