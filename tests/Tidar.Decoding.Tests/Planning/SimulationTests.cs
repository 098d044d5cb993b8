using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Models;

namespace Tidar.Decoding.Tests.Planning;

public sealed class SimulationTests
{
    [Fact]
    public void Chances_that_are_counted_by_hand_come_out()
    {
        // A row costs a tenth; slots are right half the time; K = 2.
        IReadOnlyList<SimulatedMode> modes = Simulation.Run(TestCosts.Linear(0.1), KnownAcceptance.OfSlots([0.5]), 2, batch: 1, context: 1);
        SimulatedMode autoregressive = modes[0], fused = modes[1], twoPass = modes[2];
        Assert.Equal(1, autoregressive.TokensPerSecond, 6);

        // 1.5 tokens in a pass of 2 + 4 rows.
        Assert.Equal(1.5, fused.Choice.TokensPerPass, 9);
        Assert.Equal(1.5 / 1.5, fused.TokensPerSecond, 6);

        // 1.5 + 1 tokens in passes of 2 and 3 rows.
        Assert.Equal(1.25, twoPass.Choice.TokensPerPass, 9);
        Assert.Equal(2.5 / 2.3, twoPass.TokensPerSecond, 6);
    }

    [Theory]
    [InlineData(4, 3.51)]
    [InlineData(8, 5.69)]
    [InlineData(16, 7.35)]
    public void The_paper_s_tokens_a_pass_and_the_cost_of_its_largest_step_come_out(int k, double tokens)
    {
        SimulatedMode fused = Simulation.Run(PaperFigures.Costs, PaperFigures.Acceptance(k), k, batch: 1, context: 1).Single(m => m.Mode == TidarMode.Fused);
        Assert.Equal(tokens, fused.Choice.TokensPerPass, 6);
        if (k == 16)
            Assert.InRange(fused.Choice.Seconds, 2.0, 2.15);
    }

    [Fact]
    public void On_the_paper_s_machine_fused_is_best_at_K_8_and_two_pass_where_slots_are_dear()
    {
        IReadOnlyList<SimulatedMode> there = Simulation.Run(PaperFigures.Costs, PaperFigures.Acceptance(8), 8, batch: 1, context: 1);
        IReadOnlyList<SimulatedMode> here = Simulation.Run(TestCosts.Linear(0.1), PaperFigures.Acceptance(8), 8, batch: 1, context: 1);
        Assert.True(Speed(there, TidarMode.Fused) > 1.2 * Speed(there, TidarMode.TwoPass));
        Assert.True(Speed(here, TidarMode.TwoPass) > 1.2 * Speed(here, TidarMode.Fused));
        Assert.All(new[] { there, here }, rows => Assert.True(rows[^1].TokensPerSecond >= rows.Max(r => r.TokensPerSecond) - 1e-9));
    }

    [Fact]
    public void The_text_of_a_run_comes_in_as_many_passes_as_its_acceptance_says()
    {
        FormulaModel model = FormulaModel.Hashed(vocabulary: 30, seed: 3);
        foreach (TidarMode mode in new[] { TidarMode.Fused, TidarMode.TwoPass })
        {
            GenerationResult result = new TextGenerator(model).Generate([1, 2, 3], new GenerationOptions { Mode = mode, MaxTokens = 600, IgnoreEos = true });
            KnownAcceptance acceptance = KnownAcceptance.OfCounts(result.Acceptance.Drafted.ToArray(), result.Acceptance.Accepted.ToArray());
            SimulatedMode row = Simulation.Run(TestCosts.Linear(0.1), acceptance, 8, batch: 1, context: 1).Single(m => m.Mode == mode);
            Assert.InRange(result.TokensPerPass / row.Choice.TokensPerPass, 0.98, 1.02);
        }
    }

    [Fact]
    public void Counts_and_chances_that_cannot_be_are_refused()
    {
        Assert.Contains("slot 2", Assert.Throws<InvalidInputException>(() => KnownAcceptance.OfSlots([0.5, 1.5])).Message, StringComparison.Ordinal);
        Assert.Contains("slot 1", Assert.Throws<InvalidInputException>(() => KnownAcceptance.OfCounts([5, 5], [5, 6])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => KnownAcceptance.OfCounts([], []));
        Assert.Throws<InvalidInputException>(() => new CostCurve([2, 1], [1, 2]));
        Assert.Throws<InvalidInputException>(() => new CostCurve([1, 2], [1, double.NaN]));
    }

    private static double Speed(IReadOnlyList<SimulatedMode> rows, TidarMode mode) => rows.Single(r => r.Mode == mode).TokensPerSecond;
}
