using Tidar.Models;
using Tidar.Models.Adapters;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Training.Backpropagation;
using Tidar.Training.Data;

namespace Tidar.Training.Adapters;

/// <summary>The trained weights of an adapter: for every adapted group of linear layers A [rank, inputs] and B [outputs, rank], and the mask embedding.</summary>
public sealed class AdapterParameters : FlatParameters
{
    // Spread of the slots' embeddings around the vocabulary's mean at the start.
    private const float SlotSpread = 0.02f;

    /// <summary>Creates zero weights.</summary>
    public AdapterParameters(AdapterShape shape)
        : base(Layout(shape)) => Shape = shape;

    /// <summary>Which layers are adapted.</summary>
    public AdapterShape Shape { get; }

    /// <summary>What mask rows start from, [K or 1, hidden].</summary>
    internal ParameterSlice MaskEmbedding => this[AdapterNames.MaskEmbedding].Slice;

    /// <summary>A of a group, or null where it has no factors.</summary>
    internal ParameterSlice? Down(int layer, LinearGroup group) => Shape.Has(layer, group) ? this[DownName(layer, group)].Slice : null;

    /// <summary>B of a group, or null where it has no factors.</summary>
    internal ParameterSlice? Up(int layer, LinearGroup group) => Shape.Has(layer, group) ? this[UpName(layer, group)].Slice : null;

    /// <summary>
    /// Starts as LoRA does: A uniform in ±1/√inputs (PEFT's default), B zero, so the model begins as it was; mask embeddings near the mean of the vocabulary's.
    /// </summary>
    internal void Initialize(WeightTensor embedding, ulong seed)
    {
        for (int i = 0; i < All.Count; i++)
        {
            Parameter parameter = All[i];
            SplitMix64 random = new(SplitMix64.Mix(seed + (ulong)i));
            Span<float> values = Values(parameter.Slice);
            if (parameter.Name == AdapterNames.MaskEmbedding)
                FillMaskEmbedding(embedding, values, random);
            else if (parameter.Name.EndsWith(".A", StringComparison.Ordinal))
                Initialization.FillUniform(values, 1 / MathF.Sqrt(parameter.Shape[1]), random);
        }
    }

    /// <summary>Starts from a finished adapter of this shape. Its draft length may be another: slots behind its last begin as that one.</summary>
    /// <exception cref="InvalidInputException">It does not fit, is scaled, or its modules of one group do not share A.</exception>
    internal void Adopt(string folder)
    {
        AdapterConfig config = AdapterConfig.Read(folder);
        if (config.Scaling(Shape.Rank) != 1)
            throw new InvalidInputException(folder, "lora_alpha", $"{Shape.Rank}, the recipe's rank", $"{config.Alpha}");
        if (config.MaskEmbedding != AdapterNames.MaskEmbedding)
            throw new InvalidInputException(folder, "mask_embedding", AdapterNames.MaskEmbedding, config.MaskEmbedding);
        Load(folder, config.DraftLength);
    }

    /// <summary>Reads weights that <see cref="Tensors"/> wrote.</summary>
    /// <exception cref="InvalidInputException">The file does not fit the shape.</exception>
    internal void Load(string folder) => Load(folder, Shape.DraftLength);

    private void Load(string folder, int draftLength)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, AdapterNames.TensorFile));
        long slots = Shape.SlotEmbeddings ? draftLength : 1;
        foreach (WeightTensor target in Tensors())
        {
            WeightTensor tensor = file.Get(target.Name);
            IReadOnlyList<long> shape = target.Name == AdapterNames.MaskEmbedding ? [slots, target.Shape[1]] : target.Shape;
            if (!tensor.Shape.SequenceEqual(shape))
                throw new InvalidInputException(file.Path, target.Name, $"shape [{string.Join(", ", shape)}]", $"[{string.Join(", ", tensor.Shape)}]");
        }

        SlotRows.Read(file.Path, file.Get(AdapterNames.MaskEmbedding), this[AdapterNames.MaskEmbedding], Values(MaskEmbedding));
        ForEachGroup((layer, group) =>
        {
            IReadOnlyList<LinearModule> modules = LinearModule.Of(group, Shape.Model);
            Span<float> down = Values(this[DownName(layer, group)].Slice);
            Read(file, AdapterNames.Down(layer, modules[0]), down);
            ParameterSlice up = this[UpName(layer, group)].Slice;
            float[] other = new float[down.Length];
            foreach (LinearModule module in modules)
            {
                Read(file, AdapterNames.Down(layer, module), other);
                if (!down.SequenceEqual(other))
                    throw new InvalidInputException(file.Path, AdapterNames.Down(layer, module), $"the weights of {modules[0].ShortName}'s, which it shares", "others");
                Read(file, AdapterNames.Up(layer, module), Values(up with { Length = module.Outputs * Shape.Rank }));
                up = new ParameterSlice(up.Start + (module.Outputs * Shape.Rank), 0);
            }
        });
    }

    /// <summary>The weights under PEFT's names; an A that modules share is there once for each.</summary>
    internal override IEnumerable<WeightTensor> Tensors()
    {
        List<WeightTensor> tensors = [View(AdapterNames.MaskEmbedding, this[AdapterNames.MaskEmbedding].Shape, MaskEmbedding.Start)];
        ForEachGroup((layer, group) =>
        {
            Parameter down = this[DownName(layer, group)];
            long up = this[UpName(layer, group)].Slice.Start;
            foreach (LinearModule module in LinearModule.Of(group, Shape.Model))
            {
                tensors.Add(View(AdapterNames.Down(layer, module), down.Shape, down.Slice.Start));
                tensors.Add(View(AdapterNames.Up(layer, module), [module.Outputs, Shape.Rank], up));
                up += (long)module.Outputs * Shape.Rank;
            }
        });
        return tensors;
    }

    private static IEnumerable<(string Name, long[] Shape)> Layout(AdapterShape shape)
    {
        yield return (AdapterNames.MaskEmbedding, [shape.MaskRows, shape.Model.HiddenSize]);
        for (int layer = 0; layer < shape.Model.LayerCount; layer++)
        {
            foreach (LinearGroup group in LinearModule.Groups.Where(g => shape.Has(layer, g)))
            {
                yield return (DownName(layer, group), [shape.Rank, LinearModule.Inputs(group, shape.Model)]);
                yield return (UpName(layer, group), [LinearModule.TotalOutputs(group, shape.Model), shape.Rank]);
            }
        }
    }

    private static string DownName(int layer, LinearGroup group) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{layer}.{group}.A");

    private static string UpName(int layer, LinearGroup group) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{layer}.{group}.B");

    private static void Read(SafetensorsFile file, string name, Span<float> values)
    {
        WeightTensor tensor = file.Get(name);
        tensor.ReadRows(0, checked((int)tensor.Rows), values);
    }

    private static void FillMaskEmbedding(WeightTensor embedding, Span<float> values, SplitMix64 random)
    {
        int width = embedding.Columns;
        double[] mean = new double[width];
        float[] row = new float[width];
        for (long r = 0; r < embedding.Rows; r++)
        {
            embedding.ReadRows(r, 1, row);
            for (int i = 0; i < width; i++)
                mean[i] += row[i];
        }

        Initialization.FillUniform(values, SlotSpread, random);
        for (int i = 0; i < values.Length; i++)
            values[i] += (float)(mean[i % width] / embedding.Rows);
    }

    private void ForEachGroup(Action<int, LinearGroup> action)
    {
        for (int layer = Shape.FirstLayer; layer < Shape.FirstLayer + Shape.LayerCount; layer++)
        {
            foreach (LinearGroup group in Shape.Groups)
                action(layer, group);
        }
    }
}
