using Tidar.Training.Backpropagation;

namespace Tidar.Training.Distributed;

/// <summary>A range of the flat memory that travels at once.</summary>
/// <param name="Slice">The range.</param>
/// <param name="Counts">Elements that every rank owns of it, in the order of the memory.</param>
/// <param name="Own">This rank's part.</param>
/// <param name="Offset">Where that part lies in this rank's compact memory.</param>
public sealed record ShardBucket(ParameterSlice Slice, int[] Counts, ParameterSlice Own, long Offset);
