using Tidar.Models.Selectors;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Training.Backpropagation;
using Tidar.Training.Data;

namespace Tidar.Training.Selectors;

/// <summary>The trained weights of a path selector, under the names of its file.</summary>
public sealed class SelectorParameters : FlatParameters
{
    /// <summary>Creates zero weights.</summary>
    public SelectorParameters(SelectorShape shape)
        : base(
        [
            (SelectorNames.From, [(long)shape.Predecessors * shape.Rank, shape.HiddenSize]),
            (SelectorNames.To, [shape.Rank, shape.HiddenSize]),
            (SelectorNames.Gate, [shape.Rank, shape.HiddenSize]),
            (SelectorNames.GateBias, [shape.Slots, shape.Rank]),
            (SelectorNames.Scale, [shape.Slots]),
        ]) => Shape = shape;

    /// <summary>How large it is.</summary>
    public SelectorShape Shape { get; }

    /// <summary>A_i for the token i + 1 places before a slot, [rank, hidden].</summary>
    internal ParameterSlice From(int i)
    {
        int length = Shape.Rank * Shape.HiddenSize;
        return new ParameterSlice(this[SelectorNames.From].Slice.Start + ((long)i * length), length);
    }

    /// <summary>A random, B zero, a gate that is open: training begins where every slot takes its likeliest candidate.</summary>
    internal void Initialize(ulong seed)
    {
        Initialization.FillUniform(Values(this[SelectorNames.From].Slice), 1 / MathF.Sqrt(Shape.HiddenSize), new SplitMix64(SplitMix64.Mix(seed)));
        Values(this[SelectorNames.GateBias].Slice).Fill(1);
        Values(this[SelectorNames.Scale].Slice).Fill(1);
    }

    /// <summary>The weights as decoding uses them.</summary>
    internal SelectorWeights ToWeights() => new(
        Shape.Rank,
        Shape.Candidates,
        Shape.Predecessors,
        Shape.Slots,
        Copy(SelectorNames.From),
        Copy(SelectorNames.To),
        Copy(SelectorNames.Gate),
        Copy(SelectorNames.GateBias),
        Copy(SelectorNames.Scale));

    /// <summary>Reads weights that a checkpoint holds.</summary>
    /// <exception cref="Models.InvalidInputException">The file is missing or does not fit.</exception>
    internal void Load(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach (Parameter parameter in All)
        {
            WeightTensor tensor = file.Get(parameter.Name);
            if (!tensor.Shape.SequenceEqual(parameter.Shape))
                throw new Models.InvalidInputException(path, parameter.Name, $"shape [{string.Join(", ", parameter.Shape)}]", $"[{string.Join(", ", tensor.Shape)}]");
            tensor.ReadRows(0, checked((int)tensor.Rows), Values(parameter.Slice));
        }
    }

    private float[] Copy(string name) => Values(this[name].Slice).ToArray();
}
