namespace Tidar.Decoding.Strategies.Speculative;

/// <summary>Guesses how a text goes on, without the model that decides it.</summary>
internal interface IDrafter
{
    /// <summary>Most tokens of a draft.</summary>
    int Longest { get; }

    /// <summary>The tokens that may follow those committed so far; may be empty. Asked for once before every verifying pass, and valid until the next one.</summary>
    ReadOnlySpan<int> Draft();

    /// <summary>What a token of the draft was drawn from, [V]; empty where it was not drawn but is the only one the drafter would have said.</summary>
    ReadOnlySpan<float> Probabilities(int slot);
}
