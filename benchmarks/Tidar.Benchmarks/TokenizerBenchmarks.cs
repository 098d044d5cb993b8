using BenchmarkDotNet.Attributes;
using Tidar.Models.Tokenization;

namespace Tidar.Benchmarks;

/// <summary>The same text under BenchmarkDotNet, for changes too small for the quick comparison.</summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private string _text = "";
    private int[] _ids = [];
    private Tokenizer? _tokenizer;

    [Params("qwen3", "smollm2", "mistral-v3")]
    public string Name { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        string shared = Environment.GetEnvironmentVariable("TIDAR_SHARED") ?? throw new InvalidOperationException("name the folder 'shared' in TIDAR_SHARED");
        _text = File.ReadAllText(Path.Combine(shared, "goldens", "tokenizers", "throughput.txt"));
        _tokenizer = Tokenizer.Load(Path.Combine(shared, "data", "tokenizers", Name));
        _ids = _tokenizer.Encode(_text);
    }

    [Benchmark]
    public int[] Encode() => _tokenizer!.Encode(_text);

    [Benchmark]
    public string Decode() => _tokenizer!.Decode(_ids);
}
