namespace Tidar.Models.Transformers;

/// <summary>A row of logits from which a token is chosen needs a largest one that is a number; weights that are damaged or overflow give others.</summary>
public static class FiniteLogits
{
    /// <summary>Checks the largest logit of a row.</summary>
    /// <param name="token">Its token; negative where every logit is NaN.</param>
    /// <param name="logit">The logit; of no meaning where there is no token.</param>
    /// <exception cref="InvalidInputException">There is none, or it is infinite.</exception>
    public static void Require(int token, float logit)
    {
        if (token < 0 || !float.IsFinite(logit))
            throw new InvalidInputException("model", "logits", "finite numbers", token < 0 ? "NaN" : $"{logit}");
    }
}
