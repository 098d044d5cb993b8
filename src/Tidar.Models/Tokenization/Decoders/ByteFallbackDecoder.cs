using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Tidar.Models.Tokenization.Decoders;

/// <summary>
/// <c>ByteFallback</c>: a run of tokens <c>&lt;0xNN&gt;</c> is UTF-8, or, where the run as a whole is not valid, one U+FFFD per byte.
/// Streaming gives a character out with the byte that completes it. Where a run proves invalid after that, the characters already
/// given out stay and only the bytes after them become U+FFFD: the one case in which streamed text differs from the full decoding.
/// </summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    public override DecoderState Start(bool fused, bool streaming) => fused ? new GatheringState(static t => One(t)) : new State(streaming);

    public override string Single(string token, ref byte[]? bytes)
    {
        if (bytes is null && TryByte(token, out byte value))
            bytes = [value];
        return token;
    }

    private static string One(string token) => !TryByte(token, out byte value) ? token : value < 0x80 ? ((char)value).ToString() : "\uFFFD";

    private static bool TryByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private sealed class State(bool streaming) : DecoderState
    {
        private readonly List<byte> _pending = [];
        private bool _invalid;

        public override void Push(string token, List<string> output)
        {
            if (!TryByte(token, out byte value))
            {
                Finish(output);
                output.Add(token);
                return;
            }

            _pending.Add(value);
            if (streaming)
                EmitReady(output);
        }

        public override void Finish(List<string> output)
        {
            if (_pending.Count > 0)
            {
                Span<byte> bytes = CollectionsMarshal.AsSpan(_pending);
                output.Add(Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : new string('\uFFFD', bytes.Length));
                _pending.Clear();
            }

            _invalid = false;
        }

        // At most one character's bytes are pending here.
        private void EmitReady(List<string> output)
        {
            OperationStatus status = Rune.DecodeFromUtf8(CollectionsMarshal.AsSpan(_pending), out Rune rune, out _);
            _invalid |= status == OperationStatus.InvalidData;
            if (!_invalid && status == OperationStatus.NeedMoreData)
                return;
            output.Add(_invalid ? new string('\uFFFD', _pending.Count) : rune.ToString());
            _pending.Clear();
        }
    }
}
