namespace Tidar.Training.Tests.Adapters;

public sealed class DraftSimulationTests
{
    [Theory]
    // Slots right at every place, tokens, fused passes, two-pass passes.
    [InlineData(0, 7, 7, 7)]
    [InlineData(1, 7, 4, 5)]
    [InlineData(3, 8, 2, 3)]
    [InlineData(3, 9, 3, 3)]
    public void Passes_are_counted_as_decoding_would_take_them(int right, int tokens, int fused, int twoPass)
    {
        DraftSimulation simulation = new(4);
        simulation.Add(10, 10 + tokens, (_, slot) => slot <= right);
        DraftEvaluation result = simulation.Result();
        Assert.Equal((double)tokens / fused, result.FusedTokensPerPass);
        Assert.Equal((double)tokens / twoPass, result.TwoPassTokensPerPass);
        Assert.Equal([right >= 1 ? 1 : 0, right >= 2 ? 1 : 0, right >= 3 ? 1 : 0], result.SlotAccuracy);
    }

    [Fact]
    public void A_wrong_slot_ends_the_run_whatever_follows()
    {
        DraftSimulation simulation = new(4);
        simulation.Add(0, 4, (start, slot) => start == 0 && slot != 2);
        Assert.Equal(4.0 / 3, simulation.Result().FusedTokensPerPass);
        Assert.Equal([1 / 3.0, 0, 1], simulation.Result().SlotAccuracy);
    }
}
