using BenchmarkDotNet.Running;
using Tidar.Benchmarks;

// `--tokenizers` and its like are quick comparisons that print one table; anything else goes to BenchmarkDotNet.
if (args is ["--tokenizers", .. string[] rest])
    return TokenizerComparison.Run(rest);
BenchmarkSwitcher.FromAssembly(typeof(TokenizerComparison).Assembly).Run(args);
return 0;
