using System.Text;

namespace Tidar.Models.Tokenization.Decoders;

/// <summary>A decoding in progress: the states of all steps, one feeding the next.</summary>
internal sealed class DecoderChain
{
    private readonly DecoderState[] _states;
    private readonly List<string>[] _buffers;
    private readonly StringBuilder _text = new();

    public DecoderChain(IReadOnlyList<Decoder> steps, bool streaming)
    {
        _states = new DecoderState[steps.Count];
        _buffers = new List<string>[steps.Count];
        bool fused = false;
        for (int i = 0; i < steps.Count; i++)
        {
            bool inputFused = fused;
            fused = steps[i].Fuses(fused);

            // A step may give out parts of a token only where what follows does not care how the text falls into tokens.
            bool partsAllowed = fused || i + 1 == steps.Count || steps[i + 1] is FuseDecoder;
            _states[i] = steps[i].Start(inputFused, streaming && partsAllowed);
            _buffers[i] = [];
        }
    }

    /// <summary>Takes the next token.</summary>
    public void Push(string token) => Push(token, 0);

    /// <summary>Lets every step give what it held back.</summary>
    public void Finish()
    {
        for (int i = 0; i < _states.Length; i++)
        {
            _states[i].Finish(_buffers[i]);
            Forward(i);
        }
    }

    /// <summary>Takes out the text that is ready.</summary>
    public string Take()
    {
        if (_text.Length == 0)
            return "";
        string ready = _text.ToString();
        _text.Clear();
        return ready;
    }

    private void Push(string token, int step)
    {
        if (step == _states.Length)
        {
            _text.Append(token);
            return;
        }

        _states[step].Push(token, _buffers[step]);
        Forward(step);
    }

    private void Forward(int step)
    {
        List<string> buffer = _buffers[step];
        foreach (string item in buffer)
            Push(item, step + 1);
        buffer.Clear();
    }
}
