namespace Tidar.Models.Tokenization.Decoders;

/// <summary>A step that turns token texts back into text (<c>decoder</c> of tokenizer.json). Immutable and safe for concurrent use.</summary>
internal abstract class Decoder
{
    /// <summary>
    /// Whether the output is one text in fragments rather than one text per token: steps such as Strip treat the two differently.
    /// </summary>
    /// <param name="inputFused">The same of the input.</param>
    public virtual bool Fuses(bool inputFused) => inputFused;

    /// <summary>A fresh state for one decoding.</summary>
    /// <param name="fused">The input is one text in fragments.</param>
    /// <param name="streaming">Emit what is known as soon as it is known, even where the end of the text could still change it (see <see cref="ByteFallbackDecoder"/>).</param>
    public abstract DecoderState Start(bool fused, bool streaming);

    /// <summary>
    /// What one token alone stands for: its text after this step or, once <paramref name="bytes"/> is set, those bytes.
    /// </summary>
    public virtual string Single(string token, ref byte[]? bytes) => token;
}
