using Tidar.Models.Weights;

namespace Tidar.Models.Transformers;

/// <summary>Gives the tensor of a Hugging Face name, which must have the given shape.</summary>
/// <exception cref="InvalidInputException">There is none, or it has another shape.</exception>
public delegate WeightTensor TensorLookup(string name, params ReadOnlySpan<long> shape);
