using Tidar.Kernels.Memory;
using Tidar.Models.Weights;
using Tidar.Training.Checkpoints;

namespace Tidar.Training.Backpropagation;

/// <summary>Trained tensors in one flat float32 memory, and their gradients in another.</summary>
public abstract class FlatParameters : IDisposable
{
    private readonly Dictionary<string, Parameter> _byName;
    private readonly AlignedBuffer<float> _values;
    private readonly AlignedBuffer<float> _gradients;

    /// <summary>Creates zeros for tensors of these names and shapes, in this order.</summary>
    protected FlatParameters(IEnumerable<(string Name, long[] Shape)> tensors)
    {
        List<Parameter> all = [];
        long next = 0;
        foreach ((string name, long[] shape) in tensors)
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

    /// <summary>Every tensor, in the order of the memory.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>Number of weights.</summary>
    public long Count { get; }

    /// <summary>A tensor by its name.</summary>
    public Parameter this[string name] => _byName[name];

    /// <summary>Weights of a range.</summary>
    public Span<float> Values(ParameterSlice slice) => _values.Slice(slice.Start, slice.Length);

    /// <summary>Gradients of a range.</summary>
    public Span<float> Gradients(ParameterSlice slice) => _gradients.Slice(slice.Start, slice.Length);

    /// <summary>Whether there is a tensor of this name.</summary>
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

    /// <summary>Every weight as a tensor, to be saved.</summary>
    internal virtual IEnumerable<WeightTensor> Tensors() => All.Select(p => View(p.Name, p.Shape, p.Slice.Start));

    /// <summary>A part of the memory as a tensor.</summary>
    internal WeightTensor View(string name, long[] shape, long start) => new FlatTensor(name, shape, _values, start);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory.</summary>
    protected virtual void Dispose(bool disposing)
    {
        _values.Dispose();
        _gradients.Dispose();
    }
}
