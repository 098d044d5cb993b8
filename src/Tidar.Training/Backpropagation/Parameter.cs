namespace Tidar.Training.Backpropagation;

/// <summary>One tensor of the model inside the flat parameter memory.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Slice">Where its values lie.</param>
public sealed record Parameter(string Name, long[] Shape, ParameterSlice Slice)
{
    /// <summary>Weight decay applies to matrices (embedding and LM head included), not to norms and biases.</summary>
    public bool IsDecayed => Shape.Length == 2;
}
