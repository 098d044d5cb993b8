namespace Tidar.Kernels.Generated;

/// <summary>Places code where it can run: <see cref="ExecutableMemory.TryPlace"/>, or in tests a system that refuses.</summary>
/// <returns>Its address, or null where the system does not allow such memory.</returns>
internal unsafe delegate void* CodePlacer(ReadOnlySpan<byte> code);
