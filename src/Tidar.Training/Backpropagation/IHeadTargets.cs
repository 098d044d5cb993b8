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

    /// <summary>Weighs what a run of targets, whose losses are known, sends back to its hidden states; runs come in ascending order.</summary>
    /// <param name="first">The run's first target.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="gradient">Gradient of the hidden states, [count, hidden].</param>
    void Weigh(int first, int count, Span<float> gradient);
}
