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
}
