using System.Buffers;
using System.Text;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Decoders;

/// <summary>
/// <c>ByteLevel</c>: byte alphabet back to bytes, bytes to text. Invalid UTF-8 becomes one U+FFFD per maximal subpart (WHATWG),
/// and a character is given out with the byte that completes it.
/// </summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override bool Fuses(bool inputFused) => true;

    // A fused text is one token, and decides as a whole whether it is in the alphabet.
    public override DecoderState Start(bool fused, bool streaming) => fused
        ? new GatheringState(static t => Encoding.UTF8.GetString(ByteAlphabet.Decode(t)))
        : streaming ? new StreamingState() : new WholeState();

    public override string Single(string token, ref byte[]? bytes)
    {
        bytes ??= ByteAlphabet.Decode(token);
        return token;
    }

    // Gathers the bytes of the whole text and decodes them once.
    private sealed class WholeState : DecoderState
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public override void Push(string token, List<string> output)
        {
            Span<byte> space = _bytes.GetSpan(token.Length);
            for (int i = 0; i < token.Length; i++)
            {
                int value = ByteAlphabet.ToByte(token[i]);
                if (value < 0)
                {
                    _bytes.Write(ByteAlphabet.Decode(token));
                    return;
                }

                space[i] = (byte)value;
            }

            _bytes.Advance(token.Length);
        }

        public override void Finish(List<string> output) => output.Add(Encoding.UTF8.GetString(_bytes.WrittenSpan));
    }

    private sealed class StreamingState : DecoderState
    {
        private readonly System.Text.Decoder _decoder = Encoding.UTF8.GetDecoder();

        public override void Push(string token, List<string> output) => Convert(ByteAlphabet.Decode(token), flush: false, output);

        public override void Finish(List<string> output) => Convert([], flush: true, output);

        private void Convert(ReadOnlySpan<byte> bytes, bool flush, List<string> output)
        {
            // Every byte gives one character at most, the few held back included.
            char[] chars = new char[bytes.Length + 4];
            int count = _decoder.GetChars(bytes, chars, flush);
            if (count > 0)
                output.Add(new string(chars, 0, count));
        }
    }
}
