using Tidar.Models;

namespace Tidar.Decoding.Planning;

/// <summary>Acceptance that is known beforehand: of a measured run, or of the paper. A shorter block is taken to draft as well as the first slots of a longer one.</summary>
public sealed class KnownAcceptance : IDraftAcceptance
{
    private readonly double[] _survival;

    private KnownAcceptance(double[] survival) => _survival = survival;

    /// <summary>Longest draft that is known.</summary>
    public int DraftLength => _survival.Length;

    /// <summary>From how likely slots 1, 2, … are right, each given that the one before it is.</summary>
    /// <exception cref="InvalidInputException">A number is outside 0 … 1.</exception>
    public static KnownAcceptance OfSlots(IReadOnlyList<double> conditional)
    {
        double[] survival = new double[conditional.Count + 1];
        survival[0] = 1;
        for (int i = 0; i < conditional.Count; i++)
        {
            if (conditional[i] is not (>= 0 and <= 1))
                throw new InvalidInputException("acceptance", $"slot {i + 1}", "a number from 0 to 1", $"{conditional[i]}");
            survival[i + 1] = survival[i] * conditional[i];
        }

        return new KnownAcceptance(survival);
    }

    /// <summary>From counts of a run, [K]: how often each slot was checked, and how often it was right with all before it.</summary>
    /// <exception cref="InvalidInputException">Nothing was counted, or more was right than checked.</exception>
    public static KnownAcceptance OfCounts(IReadOnlyList<long> drafted, IReadOnlyList<long> accepted)
    {
        const string Source = "acceptance";
        if (drafted.Count == 0 || drafted.Count != accepted.Count)
            throw new InvalidInputException(Source, null, "counts of as many checked as accepted slots", $"{drafted.Count} and {accepted.Count}");
        List<double> survival = [];
        for (int i = 0; i < drafted.Count && drafted[i] > 0; i++)
        {
            if (accepted[i] < 0 || accepted[i] > drafted[i])
                throw new InvalidInputException(Source, $"slot {i}", $"accepted from 0 to {drafted[i]}", $"{accepted[i]}");
            // Slots that were checked in other verifications than those before them must not look likelier.
            survival.Add(i == 0 ? 1 : Math.Min(survival[i - 1], (double)accepted[i] / drafted[i]));
        }

        return survival.Count > 0 ? new KnownAcceptance([.. survival]) : throw new InvalidInputException(Source, null, "at least one checked draft", "none");
    }

    /// <summary>The same chance for every slot, such that K slots bring so many tokens in a verification.</summary>
    /// <param name="draftLength">K.</param>
    /// <param name="tokens">Expected tokens, from 1 to K.</param>
    public static KnownAcceptance OfTokens(int draftLength, double tokens)
    {
        double low = 0, high = 1;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2, sum = 0;
            for (int slot = 0; slot < draftLength; slot++)
                sum += Math.Pow(middle, slot);
            (low, high) = sum < tokens ? (middle, high) : (low, middle);
        }

        return OfSlots([.. Enumerable.Repeat(low, draftLength - 1)]);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<double> Survival(int masks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(masks, _survival.Length);
        return _survival.AsSpan(0, masks);
    }
}
