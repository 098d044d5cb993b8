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
            .. shape.CopyLength == 0 ? [] : new (string, long[])[] { (SelectorNames.Copy, [shape.CopyLength]) },
        ]) => Shape = shape;

    /// <summary>How large it is.</summary>
    public SelectorShape Shape { get; }

    /// <summary>A_i for the token i + 1 places before a slot, [rank, hidden].</summary>
    internal ParameterSlice From(int i)
    {
        int length = Shape.Rank * Shape.HiddenSize;
        return new ParameterSlice(this[SelectorNames.From].Slice.Start + ((long)i * length), length);
    }

    /// <summary>What a candidate gains that would repeat the text, by the length of the match, [<see cref="SelectorShape.CopyLength"/>].</summary>
    internal ParameterSlice Copies => Shape.CopyLength == 0 ? default : this[SelectorNames.Copy].Slice;

    /// <summary>A random, B zero, a gate that is open: training begins where every slot takes its likeliest candidate, but for what would repeat the text.</summary>
    internal void Initialize(ulong seed)
    {
        Initialization.FillUniform(Values(this[SelectorNames.From].Slice), 1 / MathF.Sqrt(Shape.HiddenSize), new SplitMix64(SplitMix64.Mix(seed)));
        Values(this[SelectorNames.GateBias].Slice).Fill(1);
        Values(this[SelectorNames.Scale].Slice).Fill(1);
        InitializeCopies();
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
        Copy(SelectorNames.Scale),
        Values(Copies).ToArray());

    /// <summary>Reads weights that a checkpoint holds, for drafts of any length: slots behind its last begin as that one. Those of a selector that did not look for repetitions yet start as in a new one.</summary>
    /// <exception cref="Models.InvalidInputException">The file is missing or does not fit.</exception>
    internal void Load(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        WeightTensor? copies = file.Tensors.FirstOrDefault(static t => t.Name == SelectorNames.Copy);
        if (copies is not null && Shape.CopyLength == 0)
            throw new Models.InvalidInputException(path, SelectorNames.Copy, "a selector that does not look for repetitions (copy_length: 0)", $"copy_length: {copies.Shape[0]}");
        InitializeCopies();
        foreach (Parameter parameter in All)
        {
            if (parameter.Name == SelectorNames.Copy && copies is null)
                continue;
            WeightTensor tensor = file.Get(parameter.Name);
            if (parameter.Name is SelectorNames.GateBias or SelectorNames.Scale)
            {
                SlotRows.Read(path, tensor, parameter, Values(parameter.Slice));
                continue;
            }

            if (!tensor.Shape.SequenceEqual(parameter.Shape))
                throw new Models.InvalidInputException(path, parameter.Name, $"shape [{string.Join(", ", parameter.Shape)}]", $"[{string.Join(", ", tensor.Shape)}]");
            tensor.ReadRows(0, checked((int)tensor.Rows), Values(parameter.Slice));
        }
    }

    // The optimizer moves a weight by no more than the learning rate a step, which would be too slow from zero to the few nats that a repetition is worth.
    private void InitializeCopies()
    {
        Span<float> copies = Values(Copies);
        for (int i = 0; i < copies.Length; i++)
            copies[i] = 1 + (i / (float)copies.Length);
    }

    private float[] Copy(string name) => Values(this[name].Slice).ToArray();
}
