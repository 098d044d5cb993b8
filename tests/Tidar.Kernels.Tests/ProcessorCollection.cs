namespace Tidar.Kernels.Tests;

/// <summary>Tests that switch the kernel tier for the whole process and therefore run one after another.</summary>
[CollectionDefinition(nameof(Processor), DisableParallelization = true)]
public sealed class ProcessorCollection;
