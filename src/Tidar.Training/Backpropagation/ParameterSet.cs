using Tidar.Kernels.Memory;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training.Checkpoints;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// All weights of a model in one flat float32 memory, and their gradients in another. Inside a layer matrices come first and biases last, so that q, k, v
/// (and gate, up) lie side by side and act as one matrix.
/// </summary>
public sealed class ParameterSet : IDisposable
{
    private readonly Dictionary<string, Parameter> _byName;
    private readonly AlignedBuffer<float> _values;
    private readonly AlignedBuffer<float> _gradients;

    /// <summary>Creates zero weights for a model of the given shape.</summary>
    public ParameterSet(ModelConfig config)
    {
        Config = config;
        List<Parameter> all = [];
        long next = 0;
        foreach ((string name, long[] shape) in DecoderLayout.Tensors(config).OrderBy(t => Order(t.Name, config)))
        {
            int length = checked((int)shape.Aggregate(1L, static (a, b) => checked(a * b)));
            all.Add(new Parameter(name, shape, new ParameterSlice(next, length)));
            next += length;
        }

        All = all;
        Count = next;
        _byName = all.ToDictionary(p => p.Name, StringComparer.Ordinal);
        _values = new AlignedBuffer<float>(next);
        _gradients = new AlignedBuffer<float>(next);
    }

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every tensor, in the order of the memory.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>Number of weights.</summary>
    public long Count { get; }

    /// <summary>A tensor by its Hugging Face name.</summary>
    public Parameter this[string name] => _byName[name];

    /// <summary>Weights of a range.</summary>
    public Span<float> Values(ParameterSlice slice) => _values.Slice(slice.Start, slice.Length);

    /// <summary>Gradients of a range.</summary>
    public Span<float> Gradients(ParameterSlice slice) => _gradients.Slice(slice.Start, slice.Length);

    /// <summary>Whether the model has this tensor.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The range that neighbouring tensors cover together.</summary>
    internal ParameterSlice Join(params ReadOnlySpan<string> names)
    {
        ParameterSlice joined = this[names[0]].Slice;
        foreach (string name in names[1..])
        {
            ParameterSlice next = this[name].Slice;
            if (next.Start != joined.Start + joined.Length)
                throw new InvalidOperationException($"{name} does not follow {names[0]}");
            joined = new ParameterSlice(joined.Start, joined.Length + next.Length);
        }

        return joined;
    }

    /// <summary>Reads every weight from a checkpoint of the same shape.</summary>
    /// <exception cref="InvalidInputException">A tensor is missing or has another shape.</exception>
    public void Load(Checkpoint checkpoint)
    {
        foreach (Parameter parameter in All)
        {
            WeightTensor tensor = checkpoint.Get(parameter.Name, parameter.Shape);
            tensor.ReadRows(0, checked((int)tensor.Rows), Values(parameter.Slice));
        }
    }

    /// <summary>Every weight as a tensor, to be saved.</summary>
    internal IEnumerable<WeightTensor> Tensors() => All.Select(p => new FlatTensor(p.Name, p.Shape, _values, p.Slice.Start));

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
    }

    // Layers stay in order; within a layer biases go last. The sort is stable, so everything else keeps its place.
    private static int Order(string name, ModelConfig config)
    {
        const string Prefix = "model.layers.";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return name == "model.embed_tokens.weight" ? 0 : (2 * config.LayerCount) + 2;
        int dot = name.IndexOf('.', Prefix.Length);
        int layer = int.Parse(name.AsSpan(Prefix.Length, dot - Prefix.Length), System.Globalization.CultureInfo.InvariantCulture);
        return 1 + (2 * layer) + (name.EndsWith(".bias", StringComparison.Ordinal) ? 1 : 0);
    }
}
