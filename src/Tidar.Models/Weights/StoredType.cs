namespace Tidar.Models.Weights;

/// <summary>The element types in which weights are saved.</summary>
public enum StoredType
{
    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>bfloat16, rounded to nearest, ties to even.</summary>
    BF16,

    /// <summary>IEEE half precision, rounded to nearest, ties to even.</summary>
    F16,
}
