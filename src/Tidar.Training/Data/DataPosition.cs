namespace Tidar.Training.Data;

/// <summary>Where in the data a run stands: enough to go on from there.</summary>
/// <param name="Documents">Documents that have been used up.</param>
/// <param name="Offset">Tokens of the next one that have been used up.</param>
public readonly record struct DataPosition(long Documents, int Offset);
