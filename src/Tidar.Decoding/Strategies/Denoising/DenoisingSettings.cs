namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>Denoising options with every choice made.</summary>
/// <param name="MaskToken">The id of an unknown token.</param>
/// <param name="BlockLength">Tokens of a block.</param>
/// <param name="Length">Most tokens of the answer.</param>
/// <param name="Steps">Steps of the whole answer.</param>
/// <param name="LastLevel">Noise level of the last step in Dream's schedule.</param>
/// <param name="Order">Which tokens are decided first.</param>
/// <param name="Threshold">Score above which a token is decided; null where a number of tokens is.</param>
/// <param name="Guidance">Scale of classifier-free guidance; 0 for none.</param>
/// <param name="ShiftedLogits">Whether the row before a token predicts it; such models come with Dream's schedule.</param>
/// <param name="OnGrid">Whether blocks stand on the grid of the text and see themselves in both directions once they are known; else they begin behind the prompt and are committed causally.</param>
internal sealed record DenoisingSettings(
    int MaskToken, int BlockLength, int Length, int Steps, double LastLevel, RevealOrder Order, double? Threshold, double Guidance, bool ShiftedLogits, bool OnGrid)
{
    /// <summary>How many tokens each step of a block decides.</summary>
    public RevealSchedule Schedule => new(Math.Max(1, Steps * BlockLength / Length), ShiftedLogits, LastLevel);
}
