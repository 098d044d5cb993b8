namespace Tidar.Training.Backpropagation;

/// <summary>Arithmetic of training's large products; sums, and everything else, are float32.</summary>
public enum TrainingPrecision
{
    /// <summary>Both operands as they are.</summary>
    Float32,

    /// <summary>Both operands rounded to bfloat16.</summary>
    BFloat16,

    /// <summary>Both operands rotated and rounded to 8 bits a row, as decoding does with int8 weights. For weights that are not trained.</summary>
    Int8,
}
