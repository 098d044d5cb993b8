using System.Text;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;
using Tidar.Models.Tokenization;

namespace Tidar.Cli.Generation;

/// <summary>
/// Says of every piece of a streamed text who proposed it. Text is released later than its tokens (half characters and possible stop strings are held
/// back), so every character's origin waits in line until it comes out.
/// </summary>
internal sealed class OriginTracker(Tokenizer tokenizer)
{
    private readonly StreamingDetokenizer _detokenizer = tokenizer.CreateDetokenizer(skipSpecialTokens: true);
    private readonly Queue<TokenOrigin> _waiting = [];
    private DecodingStep? _step;

    /// <summary>The text of an update, cut by origin; neighbours of one origin are joined.</summary>
    public IReadOnlyList<(string Text, TokenOrigin Origin)> Take(GenerationUpdate update)
    {
        // A drafting pass shows the step again that it completes: what it commits is the correction.
        bool verification = update.Step is { Kind: StepKind.Verify } && !ReferenceEquals(update.Step, _step);
        _step = update.Step;
        for (int i = 0; i < update.Tokens.Count; i++)
            Wait(_detokenizer.Append(update.Tokens[i]).Length, verification && i >= _step!.Decided && i < _step.Accepted ? TokenOrigin.Draft : TokenOrigin.Autoregression);
        return Release(update.Text);
    }

    private void Wait(int length, TokenOrigin origin)
    {
        for (int i = 0; i < length; i++)
            _waiting.Enqueue(origin);
    }

    private List<(string Text, TokenOrigin Origin)> Release(string text)
    {
        List<(string Text, TokenOrigin Origin)> pieces = [];
        StringBuilder run = new();
        TokenOrigin origin = TokenOrigin.Autoregression;
        foreach (char letter in text)
        {
            // A character that no token waits for belongs to an incomplete one, flushed at the end.
            TokenOrigin next = _waiting.TryDequeue(out TokenOrigin known) ? known : TokenOrigin.Autoregression;
            if (next != origin && run.Length > 0)
            {
                pieces.Add((run.ToString(), origin));
                run.Clear();
            }

            origin = next;
            run.Append(letter);
        }

        if (run.Length > 0)
            pieces.Add((run.ToString(), origin));
        return pieces;
    }
}
