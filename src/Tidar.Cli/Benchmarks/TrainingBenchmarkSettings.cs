using Tidar.Training.Backpropagation;

namespace Tidar.Cli.Benchmarks;

/// <summary>What <c>tidar bench train</c> measures.</summary>
/// <param name="Model">The named shape or the model.</param>
/// <param name="DraftLength">K.</param>
/// <param name="RowTokens">Clean tokens of a row; a row is one document.</param>
/// <param name="Rows">Rows of a step, in one pass.</param>
/// <param name="Precision">Arithmetic of the products with weights.</param>
/// <param name="Recomputes">Whether activations are computed again in the backward pass.</param>
/// <param name="Threads">Threads.</param>
internal sealed record TrainingBenchmarkSettings(
    string Model, int DraftLength, int RowTokens, int Rows, TrainingPrecision Precision, bool Recomputes, int Threads);
