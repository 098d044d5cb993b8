using BenchmarkDotNet.Running;
using Tidar.Benchmarks;
using Tidar.Benchmarks.Peers;
using Tidar.Benchmarks.Results;

// `--tokenizers` and its like are quick comparisons that print one table; anything else goes to BenchmarkDotNet.
switch (args)
{
    case ["--tokenizers", .. string[] rest]:
        return TokenizerComparison.Run(rest);
    case ["--peer-files", string folder]:
        return PeerComparison.WriteFiles(folder);
    case ["--peer-comparison", .. string[] rest]:
        return PeerComparison.Run(rest);
    case ["--results", .. string[] rest]:
        return ResultsRun.Run(rest);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(TokenizerComparison).Assembly).Run(args);
        return 0;
}
