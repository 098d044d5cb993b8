using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>What decoding needs of a model: run rows, then ask for logits of some of them.</summary>
public interface ILanguageModel
{
    /// <summary>The model's shape.</summary>
    ModelConfig Config { get; }

    /// <summary>Creates an empty cache for one sequence, with room for <paramref name="capacity"/> positions.</summary>
    KeyValueCache CreateCache(int capacity);

    /// <summary>Runs one forward pass over the rows of <paramref name="batch"/>. Clean rows' keys and values are in their caches afterwards.</summary>
    /// <exception cref="InvalidInputException">A row's token or position is outside the model's vocabulary or context.</exception>
    void Forward(RowBatch batch);

    /// <summary>Logits of rows of the last pass; may be called several times for one pass.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="logits">Result [rows, vocabulary].</param>
    void Logits(ReadOnlySpan<int> rows, Span<float> logits);
}
