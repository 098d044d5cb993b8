using Tidar.Models;

namespace Tidar.Decoding.Planning;

/// <summary>What forward passes of one model cost on one machine: t(rows, context), and what the logits of rows cost on top.</summary>
public sealed class PassCosts
{
    private readonly ContextCosts[] _contexts;

    /// <summary>Costs from measured curves.</summary>
    /// <param name="contexts">Curves behind at least one context, ordered by it.</param>
    /// <param name="question">Seconds for the choices of so many rows, asked for at once: the end of the last layer, and the LM head.</param>
    /// <exception cref="InvalidInputException">There is no context, or they do not rise.</exception>
    public PassCosts(IReadOnlyList<ContextCosts> contexts, CostCurve question)
    {
        const string Source = "cost profile";
        if (contexts.Count == 0)
            throw new InvalidInputException(Source, "contexts", "at least one", "none");
        for (int i = 1; i < contexts.Count; i++)
        {
            if (contexts[i].Context <= contexts[i - 1].Context)
                throw new InvalidInputException(Source, "contexts", "rising numbers of tokens", $"{contexts[i].Context}");
        }

        _contexts = [.. contexts];
        QuestionCurve = question;
    }

    /// <summary>The curves, by context.</summary>
    public IReadOnlyList<ContextCosts> Contexts => _contexts;

    /// <summary>Seconds for the choices of so many rows.</summary>
    public CostCurve QuestionCurve { get; }

    /// <summary>Seconds of a pass without its logits: between two measured contexts in proportion, outside them as at the nearest one.</summary>
    /// <param name="clean">Clean rows.</param>
    /// <param name="masks">Mask rows.</param>
    /// <param name="context">Tokens before them.</param>
    public double Pass(double clean, double masks, double context)
    {
        int i = 0;
        while (i < _contexts.Length && _contexts[i].Context < context)
            i++;
        if (i == 0)
            return _contexts[0].Seconds(clean, masks);
        ContextCosts below = _contexts[i - 1];
        double seconds = below.Seconds(clean, masks);
        if (i == _contexts.Length)
            return seconds;
        double share = (context - below.Context) / (_contexts[i].Context - below.Context);
        return seconds + (share * (_contexts[i].Seconds(clean, masks) - seconds));
    }

    /// <summary>Seconds for the choices of so many rows; nothing is asked for no rows.</summary>
    public double Question(double rows) => rows > 0 ? QuestionCurve.At(rows) : 0;
}
