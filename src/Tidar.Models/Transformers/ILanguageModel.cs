using Tidar.Models.Configuration;
using Tidar.Models.Selectors;

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

    /// <summary>Moves the keys and values of a branch's row of the last pass to their position in the sequence's cache: the same bits as if the row had been decoded in place.</summary>
    /// <param name="row">Row number.</param>
    /// <param name="cache">The row's sequence.</param>
    void Keep(int row, KeyValueCache cache);

    /// <summary>Logits of rows of the last pass; may be called several times for one pass.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="logits">Result [rows, vocabulary].</param>
    void Logits(ReadOnlySpan<int> rows, Span<float> logits);

    /// <summary>The most likely next tokens of rows of the last pass, without handing out their other logits.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="excluded">A token that is never chosen; -1 for none.</param>
    /// <param name="count">How many of each row.</param>
    /// <param name="tokens">Result [rows, count], the most likely first, the lowest id first among equals; -1 where the vocabulary has no more.</param>
    /// <param name="logits">Their logits [rows, count].</param>
    /// <exception cref="InvalidInputException">A row has no finite largest logit.</exception>
    void Top(ReadOnlySpan<int> rows, int excluded, int count, Span<int> tokens, Span<float> logits);

    /// <summary>What the LM head reads of rows of the last pass: the normalized output of the last layer.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="states">Result [rows, hidden].</param>
    void HiddenStates(ReadOnlySpan<int> rows, Span<float> states);

    /// <summary>Chooses a path through the candidates of a draft's slots; null where each slot takes its likeliest.</summary>
    PathSelector? Selector { get; }
}
