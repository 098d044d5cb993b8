using Tidar.Training.Backpropagation;

namespace Tidar.Training.Distributed;

/// <summary>A part of one parameter, small enough to be one thread's work; the same for every number of ranks and threads, so that sums over pieces are too.</summary>
/// <param name="Index">Its number among the pieces of all ranks.</param>
/// <param name="Slice">Its range of the flat memory.</param>
/// <param name="IsDecayed">Whether weight decay applies.</param>
/// <param name="Offset">Where it lies in its owner's compact memory.</param>
public readonly record struct ShardPiece(int Index, ParameterSlice Slice, bool IsDecayed, long Offset);
