using Tidar.Models.Configuration;
using Tidar.Models.Weights;

namespace Tidar.Models.Adapters;

/// <summary>Puts the factors of the modules of one group together.</summary>
internal static class FactorReader
{
    /// <summary>The factors of a group, taken out of <paramref name="tensors"/>; null where none of its modules has any.</summary>
    /// <exception cref="InvalidInputException">A module has one factor without the other, or one of the wrong shape.</exception>
    public static LowRankFactors? Read(
        Dictionary<string, WeightTensor> tensors, AdapterConfig config, ModelConfig model, int layer, LinearGroup group, string path)
    {
        int inputs = LinearModule.Inputs(group, model), outputs = LinearModule.TotalOutputs(group, model);
        List<float[]> stacked = [];
        List<(int FirstOutput, int Outputs, int Down, float[] Up)> parts = [];
        int start = 0;
        foreach (LinearModule module in LinearModule.Of(group, model))
        {
            if (Take(tensors, layer, module, inputs, path) is { } pair)
            {
                int rank = pair.Down.Length / inputs;
                float scaling = (float)config.Scaling(rank);
                for (int i = 0; i < pair.Up.Length; i++)
                    pair.Up[i] *= scaling;
                int shared = stacked.FindIndex(d => d.AsSpan().SequenceEqual(pair.Down));
                if (shared < 0)
                {
                    shared = stacked.Count;
                    stacked.Add(pair.Down);
                }

                parts.Add((start, module.Outputs, shared, pair.Up));
            }

            start += module.Outputs;
        }

        if (parts.Count == 0)
            return null;
        int total = stacked.Sum(d => d.Length) / inputs;
        float[] up = new float[outputs * total];
        foreach ((int first, int count, int down, float[] values) in parts)
        {
            int rank = stacked[down].Length / inputs, column = stacked.Take(down).Sum(d => d.Length) / inputs;
            for (int row = 0; row < count; row++)
                values.AsSpan(row * rank, rank).CopyTo(up.AsSpan(((first + row) * total) + column));
        }

        return new LowRankFactors(total, [.. stacked.SelectMany(static d => d)], up);
    }

    /// <summary>All values of a tensor.</summary>
    /// <exception cref="InvalidInputException">They are no floating-point numbers.</exception>
    public static float[] Values(WeightTensor tensor) => tensor.IsReadable ? tensor.ReadAll() : throw MappedTensor.NotFloat(tensor);

    /// <summary>A tensor's shape in words.</summary>
    public static string Show(WeightTensor tensor) => $"[{string.Join(", ", tensor.Shape)}]";

    private static (float[] Down, float[] Up)? Take(Dictionary<string, WeightTensor> tensors, int layer, LinearModule module, int inputs, string path)
    {
        string downName = AdapterNames.Down(layer, module), upName = AdapterNames.Up(layer, module);
        bool hasDown = tensors.Remove(downName, out WeightTensor? down), hasUp = tensors.Remove(upName, out WeightTensor? up);
        if (!hasDown && !hasUp)
            return null;
        if (down is null || up is null)
            throw new InvalidInputException(path, down is null ? downName : upName, "both factors of a module", "only the other");
        if (down.Shape.Count != 2 || down.Shape[1] != inputs || down.Shape[0] is < 1 or > ModelLimits.Width)
            throw new InvalidInputException(path, downName, $"shape [rank, {inputs}]", Show(down));
        if (up.Shape.Count != 2 || up.Shape[0] != module.Outputs || up.Shape[1] != down.Shape[0])
            throw new InvalidInputException(path, upName, $"shape [{module.Outputs}, {down.Shape[0]}]", Show(up));
        return (Values(down), Values(up));
    }
}
