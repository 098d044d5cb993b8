namespace Tidar.Cli.Benchmarks;

/// <summary>What a benchmark ran.</summary>
/// <param name="Model">Name of the shape, or the model's path.</param>
/// <param name="Weights">Format of its weights.</param>
/// <param name="Parameters">Number of its weights.</param>
/// <param name="WeightBytes">Bytes of packed weights that a full pass reads.</param>
/// <param name="Settings">Further choices, such as the context's length.</param>
internal sealed record BenchmarkReport(string Model, string Weights, long Parameters, long WeightBytes, IReadOnlyList<(string Name, int Value)> Settings);
