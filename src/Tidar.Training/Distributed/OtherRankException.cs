namespace Tidar.Training.Distributed;

/// <summary>The run ended because of something that another rank reports: this one has nothing to say.</summary>
/// <param name="rank">The rank that reports it.</param>
public sealed class OtherRankException(int rank) : Exception($"rank {rank} says why the run ended");
