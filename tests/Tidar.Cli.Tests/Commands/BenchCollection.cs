namespace Tidar.Cli.Tests.Commands;

/// <summary>Tests that switch the kernel tier for the whole process.</summary>
[CollectionDefinition(nameof(BenchTests), DisableParallelization = true)]
public sealed class BenchCollection;
