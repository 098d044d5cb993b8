namespace Tidar.Kernels.Attention;

/// <summary>
/// The rows of one packed document: nothing outside them sees or is seen by them, so their gradients are one independent piece of work.
/// Clean slot s is query row s; span slot s is the query row that many after the last clean row of the batch. A document without clean rows may still see a
/// prefix: one that is frozen, whose keys and values get no gradient.
/// </summary>
/// <param name="CleanStart">First slot in the clean store.</param>
/// <param name="CleanCount">Clean rows.</param>
/// <param name="SpanStart">First slot in the ephemeral store.</param>
/// <param name="SpanCount">Ephemeral rows; 0 for none.</param>
public readonly record struct AttentionDocument(int CleanStart, int CleanCount, int SpanStart, int SpanCount);
