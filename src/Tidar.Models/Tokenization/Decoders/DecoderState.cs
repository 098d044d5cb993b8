namespace Tidar.Models.Tokenization.Decoders;

/// <summary>A <see cref="Decoder"/> at work on one text. Decoding a whole text and streaming it are the same calls.</summary>
internal abstract class DecoderState
{
    /// <summary>Takes the next token (or fragment) and appends what is ready.</summary>
    public abstract void Push(string token, List<string> output);

    /// <summary>Appends what was held back, at the end of the text.</summary>
    public virtual void Finish(List<string> output)
    {
    }
}
