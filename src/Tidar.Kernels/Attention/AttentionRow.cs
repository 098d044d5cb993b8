namespace Tidar.Kernels.Attention;

/// <summary>
/// What one query row sees: a prefix of a clean sequence and one contiguous span of ephemeral rows. Every attention pattern of the project,
/// training included, is a list of these; there is no mask tensor.
/// </summary>
/// <param name="PrefixStart">First visible slot of the clean store (0 unless documents are packed into one store).</param>
/// <param name="PrefixLength">Visible slots of the clean store from <paramref name="PrefixStart"/> on.</param>
/// <param name="SpanStart">First visible slot of the ephemeral store.</param>
/// <param name="SpanLength">Visible slots of the ephemeral store; 0 for none.</param>
public readonly record struct AttentionRow(int PrefixStart, int PrefixLength, int SpanStart, int SpanLength);
