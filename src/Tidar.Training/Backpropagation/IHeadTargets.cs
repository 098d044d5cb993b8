namespace Tidar.Training.Backpropagation;

/// <summary>What rows should predict, and the loss that follows.</summary>
internal interface IHeadTargets
{
    /// <summary>Number of targets.</summary>
    int Count { get; }

    /// <summary>The right token of a target.</summary>
    int Token(int index);

    /// <summary>Loss of a target in nats, unweighted; its weighted gradient replaces the logits.</summary>
    float Loss(int index, Span<float> logits);

    /// <summary>Called when all losses are known: may weigh, and add to, what goes back to the hidden states.</summary>
    /// <param name="hidden">Hidden states as the head reads them, [targets, hidden].</param>
    /// <param name="gradient">Their gradients, [targets, hidden]; empty where only losses are wanted.</param>
    void Finish(ReadOnlySpan<float> hidden, Span<float> gradient);
}
