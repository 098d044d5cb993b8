namespace Tidar.Training.Backpropagation;

/// <summary>A range of the flat parameter memory.</summary>
/// <param name="Start">First element.</param>
/// <param name="Length">Number of elements.</param>
public readonly record struct ParameterSlice(long Start, int Length);
