using BenchmarkDotNet.Attributes;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;

namespace Tidar.Benchmarks.Kernels;

/// <summary>A linear layer of Qwen2.5-1.5B's MLP, [8960, 1536], in every format: preparing its input (for integer formats rotation and quantization), and multiplying.</summary>
public class MultiplicationBenchmarks
{
    private const int Outputs = 8960;
    private const int Inputs = 1536;

    private WorkerTeam? _team;
    private WeightMatrix? _matrix;
    private PreparedRows? _prepared;
    private float[] _x = [];
    private float[] _y = [];

    [ParamsAllValues]
    public WeightFormat Format { get; set; }

    [Params(1, 8, 72, 272)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _team = new WorkerTeam(Environment.ProcessorCount);
        _matrix = WeightMatrix.Create(Format, Outputs, Inputs);
        RandomTensor weights = new("weight", [Outputs, Inputs], seed: 1);
        float[] row = new float[Inputs];
        for (int r = 0; r < Outputs; r++)
        {
            weights.ReadRows(r, 1, row);
            _matrix.SetRows(r, row);
        }

        _x = new RandomTensor("x", [Rows, Inputs], seed: 2).ReadAll();
        _y = new float[Rows * Outputs];
        _prepared = new PreparedRows();
        Prepare();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _prepared?.Dispose();
        _matrix?.Dispose();
        _team?.Dispose();
    }

    [Benchmark]
    public void Prepare() => _prepared!.Set(_team!, _matrix!, _x, Rows);

    [Benchmark]
    public void Multiply() => _matrix!.Multiply(_team!, _prepared!, _y);
}
