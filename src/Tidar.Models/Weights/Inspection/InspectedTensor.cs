namespace Tidar.Models.Weights.Inspection;

/// <summary>A tensor as its file lists it.</summary>
/// <param name="Name">The file's own name.</param>
/// <param name="DataType">The file's own name of the element type.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
public sealed record InspectedTensor(string Name, string DataType, IReadOnlyList<long> Shape);
