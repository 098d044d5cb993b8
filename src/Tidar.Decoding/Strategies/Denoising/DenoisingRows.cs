namespace Tidar.Decoding.Strategies.Denoising;

/// <summary>What a masked diffusion model's rows say of an unknown token: decoding and likelihood read them alike.</summary>
internal static class DenoisingRows
{
    /// <summary>The place of the row that predicts a place of the text: its own, or the one before it; the first token has none before it.</summary>
    public static int PredictorOf(int place, bool shifted) => shifted ? Math.Max(0, place - 1) : place;

    /// <summary>Classifier-free guidance as LLaDA has it: without the prompt + (scale + 1) · (with − without), all [V].</summary>
    public static void Guide(ReadOnlySpan<float> with, ReadOnlySpan<float> without, double scale, Span<float> guided)
    {
        float factor = (float)scale + 1;
        for (int i = 0; i < guided.Length; i++)
            guided[i] = without[i] + (factor * (with[i] - without[i]));
    }
}
