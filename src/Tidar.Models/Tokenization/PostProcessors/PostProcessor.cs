namespace Tidar.Models.Tokenization.PostProcessors;

/// <summary>
/// The special tokens put around one encoded text (<c>post_processor</c> of tokenizer.json: templates, BERT and RoBERTa forms; ByteLevel changes only offsets).
/// </summary>
/// <param name="items">Ids in order; a null stands for the encoded text.</param>
internal sealed class PostProcessor(IReadOnlyList<int?> items)
{
    /// <summary>Adds nothing.</summary>
    public static PostProcessor None { get; } = new([null]);

    /// <summary>This processor's result processed by another.</summary>
    public PostProcessor Then(PostProcessor next) => new([.. next.Items.SelectMany(i => i is null ? Items : [i])]);

    /// <summary>Ids in order; a null stands for the encoded text.</summary>
    public IReadOnlyList<int?> Items => items;

    /// <summary>The encoded text with its special tokens.</summary>
    public int[] Apply(ReadOnlySpan<int> encoded)
    {
        var ids = new List<int>(encoded.Length + items.Count);
        foreach (int? item in items)
        {
            if (item is { } id)
                ids.Add(id);
            else
                ids.AddRange(encoded);
        }

        return [.. ids];
    }
}
