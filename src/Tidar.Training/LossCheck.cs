using System.Globalization;
using Tidar.Models;

namespace Tidar.Training;

/// <summary>Finds a step whose loss is no number any more or explodes, before it changes the weights: the last checkpoint stays good.</summary>
internal static class LossCheck
{
    // A model that knows nothing has ln(vocabulary) nats a token.
    private const double TimesIgnorance = 4;
    private const int NamedDocuments = 3;

    /// <summary>The largest mean loss a token that a run may have.</summary>
    public static double Limit(int vocabularySize) => TimesIgnorance * Math.Log(vocabularySize);

    /// <summary>Why a step must not be taken, naming step and documents; null where it may.</summary>
    /// <param name="source">The recipe.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="gradientNorm">Length of its gradient.</param>
    /// <param name="limit">The largest loss that is no explosion; infinite where none is.</param>
    /// <param name="places">Where the documents of the batch came from; none where a batch is no longer made of documents.</param>
    public static InvalidInputException? Mistake(string source, int step, double loss, double gradientNorm, double limit, IEnumerable<string> places)
    {
        bool isFinite = double.IsFinite(loss) && double.IsFinite(gradientNorm);
        if (isFinite && loss <= limit)
            return null;
        string[] all = [.. places.Distinct(StringComparer.Ordinal)];
        string named = string.Join(", ", all.Take(NamedDocuments)) + (all.Length > NamedDocuments ? ", …" : "");
        string over = all.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" over {all.Length} documents: {named}");
        string expected = isFinite ? string.Create(CultureInfo.InvariantCulture, $"a loss of at most {limit:F1}") : "a finite loss and gradient";
        return new InvalidInputException(
            source,
            $"step {step}",
            $"{expected} (a smaller learning rate may help; the last checkpoint is from before)",
            string.Create(CultureInfo.InvariantCulture, $"loss {loss:G6}, gradient norm {gradientNorm:G6}{over}"));
    }
}
