using Tidar.Models;
using Tidar.Models.Weights;

namespace Tidar.Training.Backpropagation;

/// <summary>Weights of which every slot of a draft has its own, [slots, …], for drafts of another length: slots behind the last that there are begin as that one.</summary>
internal static class SlotRows
{
    /// <summary>Reads a parameter's values from a tensor with more, fewer or as many slots.</summary>
    /// <exception cref="InvalidInputException">The tensor's other dimensions differ, or it has no slots.</exception>
    public static void Read(string path, WeightTensor tensor, Parameter parameter, Span<float> values)
    {
        if (tensor.Shape.Count != parameter.Shape.Length || tensor.Shape[0] < 1 || !tensor.Shape.Skip(1).SequenceEqual(parameter.Shape.Skip(1)))
            throw new InvalidInputException(path, parameter.Name, $"shape [slots, {string.Join(", ", parameter.Shape.Skip(1))}]", $"[{string.Join(", ", tensor.Shape)}]");
        int slots = checked((int)parameter.Shape[0]), width = values.Length / slots, last = checked((int)tensor.Shape[0]) - 1;
        float[] all = tensor.ReadAll();
        for (int slot = 0; slot < slots; slot++)
            all.AsSpan(Math.Min(slot, last) * width, width).CopyTo(values.Slice(slot * width, width));
    }
}
