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

    /// <summary>The most likely next token of rows of the last pass, the lowest id among equals, without handing out their logits.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="excluded">A token that is never chosen; -1 for none.</param>
    /// <param name="tokens">Result [rows].</param>
    /// <exception cref="InvalidInputException">A row has no finite largest logit.</exception>
    void ArgMax(ReadOnlySpan<int> rows, int excluded, Span<int> tokens);
}
