namespace Tidar.Models.Adapters;

/// <summary>
/// What an adapter adds to a group of linear layers: y += B·(A·x). Modules that share their A have it once; the others' are stacked, and B has zeros where an
/// output does not belong to an A.
/// </summary>
/// <param name="Rank">Rows of A: the sum of the ranks of all different A.</param>
/// <param name="Down">A, [Rank, inputs].</param>
/// <param name="Up">B with the scaling in it, [outputs of the group, Rank].</param>
public sealed record LowRankFactors(int Rank, float[] Down, float[] Up);
