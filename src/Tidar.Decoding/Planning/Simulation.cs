using System.Numerics;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Strategies;

namespace Tidar.Decoding.Planning;

/// <summary>What decoding would bring, from a cost curve and an acceptance profile: the planner's own arithmetic, without a model.</summary>
public static class Simulation
{
    /// <summary>All modes at one draft length and batch size, autoregressive decoding first and the best way of all last.</summary>
    /// <param name="costs">What passes cost.</param>
    /// <param name="acceptance">How far drafts are right; known for at least K.</param>
    /// <param name="draftLength">K.</param>
    /// <param name="batch">Sequences that share every pass, all doing the same.</param>
    /// <param name="context">Tokens before them.</param>
    public static IReadOnlyList<SimulatedMode> Run(PassCosts costs, IDraftAcceptance acceptance, int draftLength, int batch, int context)
    {
        StepCosts steps = new(costs, draftLength);
        steps.Move(context, batch);
        double single = batch / steps.Autoregressive;
        List<SimulatedMode> rows =
        [
            new(null, new StepChoice(0, 1, 0, 1, 1, steps.Autoregressive), 0, single, 1),
            Of(TidarMode.Fused, OutcomeSet.All(draftLength).Bits),
            Of(TidarMode.TwoPass, OutcomeSet.None(draftLength).Bits),
        ];

        // The sparse step with the best number of likeliest outcomes; with none or all it is one of the above.
        SimulatedMode? sparse = null;
        for (int blocks = 1; blocks < draftLength; blocks++)
        {
            SimulatedMode row = Of(TidarMode.Sparse, steps.Outcomes(acceptance, new StepChoice(draftLength, draftLength, blocks, 0, 0, 0)));
            if (sparse is null || row.TokensPerSecond > sparse.TokensPerSecond)
                sparse = row;
        }

        if (sparse is not null)
            rows.Add(sparse);
        StepChoice best = steps.Best(acceptance);
        rows.Add(best.Masks == 0 || best.Rate * steps.Autoregressive < 1
            ? rows[0] with { Mode = TidarMode.Auto }
            : Row(TidarMode.Auto, best, steps.Outcomes(acceptance, best)));
        return rows;

        SimulatedMode Of(TidarMode mode, ulong outcomes) => Row(mode, steps.Forecast(acceptance, draftLength, draftLength, outcomes), outcomes);

        SimulatedMode Row(TidarMode mode, StepChoice choice, ulong outcomes) => new(mode, choice, outcomes, batch * choice.Rate, batch * choice.Rate / single);
    }

    /// <summary>The outcomes of a bit set, from 1 on.</summary>
    public static IEnumerable<int> Outcomes(ulong bits)
    {
        for (; bits != 0; bits &= bits - 1)
            yield return BitOperations.TrailingZeroCount(bits) + 1;
    }
}
