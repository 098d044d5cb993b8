using Tidar.Decoding.Planning;
using Tidar.Decoding.Strategies;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Planning;

/// <summary>What the planner chooses on machines with artificial cost curves, and that it follows the text.</summary>
public sealed class PlannerTests
{
    private const int K = 8;

    [Fact]
    public void Where_slots_are_free_every_outcome_is_drafted()
    {
        PlannedPasses passes = Run(TestCosts.Linear(row: 0.0001), chance: 0.8, steps: 200).Passes;
        Assert.True(passes.Fused > 150, Show(passes));
        Assert.Equal(0, passes.Alone);
    }

    [Fact]
    public void Where_slots_cost_something_no_outcome_or_few_are_drafted()
    {
        PlannedPasses dear = Run(TestCosts.Linear(row: 0.12), chance: 0.8, steps: 200).Passes;
        Assert.Equal(0, dear.Fused);
        Assert.True(dear.TwoPass + dear.Sparse > 60, Show(dear));

        // Drafts that are nearly always right to the end: one block, for the outcome that all are.
        PlannedPasses sure = Run(TestCosts.Linear(row: 0.02), chance: 0.99, steps: 200).Passes;
        Assert.True(sure.Sparse > 120, Show(sure));
    }

    [Fact]
    public void Where_a_row_costs_as_much_as_a_pass_nothing_is_drafted_but_for_trials()
    {
        PlannedPasses passes = Run(TestCosts.Linear(row: 1), chance: 0.8, steps: 1000).Passes;
        Assert.True(passes.Alone > 950, Show(passes));
        Assert.InRange(passes.Drafting, 1, 20);
    }

    [Fact]
    public void Short_drafts_are_chosen_where_late_slots_are_rarely_right()
    {
        PlannedPasses passes = Run(TestCosts.Linear(row: 0.12), chance: 0.6, steps: 400).Passes;
        int verifications = passes.TwoPass + passes.Sparse + passes.Fused;
        Assert.True(verifications > 50, Show(passes));
        Assert.True(passes.Verified < 5 * verifications, Show(passes));
    }

    [Fact]
    public void It_switches_when_acceptance_changes_and_back()
    {
        PlannedSteps steps = new Planner(TestCosts.Linear(row: 0.15), RandomModel.Config(draftLength: K)).CreateSteps(K, 0);
        Walk walk = new(steps);
        walk.Run(200, chance: 0.85);
        int drafting = steps.Passes.Drafting, alone = steps.Passes.Alone;
        Assert.True(drafting > 50 && alone < 10, Show(steps.Passes));

        // Nothing is right any more: after a while hardly anything is drafted.
        walk.Run(120, chance: 0);
        alone = steps.Passes.Alone;
        walk.Run(200, chance: 0);
        Assert.True(steps.Passes.Alone - alone > 180, Show(steps.Passes));

        // Trials find out that drafts are right again.
        walk.Run(600, chance: 0.95);
        drafting = steps.Passes.Drafting + steps.Passes.Sparse + steps.Passes.Fused;
        walk.Run(100, chance: 0.95);
        Assert.True(steps.Passes.Drafting + steps.Passes.Sparse + steps.Passes.Fused - drafting > 30, Show(steps.Passes));
    }

    [Fact]
    public void On_text_that_cannot_be_drafted_little_time_is_lost()
    {
        PlannedSteps steps = new Planner(TestCosts.Linear(row: 0.15), RandomModel.Config(draftLength: K)).CreateSteps(K, 0);
        Walk walk = new(steps);
        walk.Run(400, chance: 0);

        // Time of a pass in which one token comes: 1.
        Assert.InRange(walk.Seconds / walk.Tokens, 1, 1.05);
    }

    [Theory]
    [InlineData(0.01, 0.3)]
    [InlineData(0.05, 0.6)]
    [InlineData(0.1, 0.75)]
    [InlineData(0.15, 0.9)]
    [InlineData(0.4, 0.5)]
    public void It_is_hardly_slower_than_the_best_fixed_way(double row, double chance)
    {
        PassCosts costs = TestCosts.Linear(row);
        IReadOnlyList<SimulatedMode> fixedWays = Simulation.Run(costs, KnownAcceptance.OfSlots([.. Enumerable.Repeat(chance, K - 1)]), K, batch: 1, context: 1);
        double best = fixedWays.Max(m => m.TokensPerSecond);
        PlannedSteps steps = new Planner(costs, RandomModel.Config(draftLength: K)).CreateSteps(K, 0);
        Walk walk = new(steps) { Row = row };
        walk.Run(3000, chance);
        Assert.InRange(walk.Tokens / walk.Seconds / best, 0.95, 1.1);
    }

    [Fact]
    public void Alternatives_must_be_the_likelier_the_more_a_row_costs()
    {
        BranchLimits free = Limits(TestCosts.Linear(row: 0.0001), 500), cheap = Limits(TestCosts.Linear(row: 0.05), 500), dear = Limits(TestCosts.Linear(row: 0.12), 500);
        Assert.Equal(500, free.Rows);
        Assert.Equal(K, free.Masks);
        Assert.Equal(0, dear.Masks);
        Assert.True(free.LeastProbability < cheap.LeastProbability && cheap.LeastProbability < dear.LeastProbability, $"{free} {cheap} {dear}");

        // A row that costs 0.12 passes where a pass brings about two tokens must be right about one time in four.
        Assert.InRange(dear.LeastProbability, 0.12, 0.5);
        Assert.Equal(0, Limits(TestCosts.Linear(row: 0.0001), 0).Rows);
        Assert.Equal(default, Limits(TestCosts.Linear(row: 1), 500));
    }

    [Fact]
    public void Alternatives_that_bring_less_than_they_promise_must_be_likelier()
    {
        PlannedSteps steps = new Planner(TestCosts.Linear(row: 0.12), RandomModel.Config(draftLength: K)).CreateSteps(K, 500);
        new Walk(steps).Run(200, chance: 0.8);
        double before = steps.Branches(K, 100, 1).LeastProbability;
        for (int i = 0; i < 300; i++)
            steps.RecordBranches(4, expected: 1, accepted: i % 2);
        Assert.Equal(2 * before, steps.Branches(K, 100, 1).LeastProbability, 0.15 * before);
    }

    [Fact]
    public void Sessions_that_share_a_pass_share_its_free_slots()
    {
        // 80 rows are free: enough for one fused step, not for eight of them.
        CostCurve clean = new([1, 80, 160], [1, 1, 2]), masked = new([1, 79, 159], [1, 1, 2]);
        PassCosts costs = new([new ContextCosts(1, clean, masked)], new CostCurve([1], [1e-9]));
        KnownAcceptance acceptance = KnownAcceptance.OfSlots([.. Enumerable.Repeat(0.8, K - 1)]);
        SimulatedMode alone = Simulation.Run(costs, acceptance, K, batch: 1, context: 1)[^1], among = Simulation.Run(costs, acceptance, K, batch: 8, context: 1)[^1];
        Assert.Equal((K, K, K), (alone.Choice.Masks, alone.Choice.Verified, alone.Choice.Blocks));
        Assert.True(among.Choice.Blocks < 3, $"{among}");
    }

    [Fact]
    public void Costs_between_measured_points_and_contexts_lie_on_lines_and_the_last_one_goes_on()
    {
        CostCurve near = new([1, 3, 5], [1, 2, 6]), far = new([1, 3, 5], [2, 3, 7]);
        PassCosts costs = new([new ContextCosts(100, near, near), new ContextCosts(300, far, far)], new CostCurve([1, 2], [0.5, 1]));
        Assert.Equal(4, near.At(4));
        Assert.Equal(8, near.At(6));
        Assert.Equal(1, near.At(0.5));
        Assert.Equal(2, costs.Pass(3, 0, 10));
        Assert.Equal(2.5, costs.Pass(3, 0, 200));
        Assert.Equal(3, costs.Pass(3, 0, 1000));
        Assert.Equal(0, costs.Question(0));

        // Two clean rows and three masks: five clean rows, and what three masks cost more than three of four clean ones.
        Assert.Equal(6 + (2 - 4), costs.Pass(2, 3, 10));
    }

    private static PlannedSteps Run(PassCosts costs, double chance, int steps)
    {
        PlannedSteps planned = new Planner(costs, RandomModel.Config(draftLength: K)).CreateSteps(K, 0);
        new Walk(planned).Run(steps, chance);
        return planned;
    }

    private static string Show(PlannedPasses p) =>
        $"alone {p.Alone}, drafting {p.Drafting}, two-pass {p.TwoPass}, sparse {p.Sparse}, fused {p.Fused}, verified {p.Verified}, masks {p.Masks}";

    // Asks the planner as the strategy does; slots are right by chance.
    private static BranchLimits Limits(PassCosts costs, int rows)
    {
        PlannedSteps steps = new Planner(costs, RandomModel.Config(draftLength: K)).CreateSteps(K, rows);
        new Walk(steps).Run(200, chance: 0.8);
        return steps.Branches(K, 100, 1);
    }

    private sealed class Walk(PlannedSteps steps)
    {
        private readonly Random _random = new(11);
        private int _drafted;

        public double Row { get; init; } = 0.15;

        public double Seconds { get; private set; }

        public double Tokens { get; private set; }

        public void Run(int passes, double chance)
        {
            for (int i = 0; i < passes; i++)
            {
                if (_drafted == 0)
                {
                    _drafted = steps.MasksBehindDecided(100, 1);
                    Seconds += 1 + (Row * _drafted);
                    Tokens++;
                    continue;
                }

                VerificationPlan plan = steps.Verify(_drafted, 100, 1);
                int accepted = 1, blocks = Enumerable.Range(1, plan.Verified).Count(plan.Drafts);
                while (accepted < plan.Verified && _random.NextDouble() < chance)
                    accepted++;
                Seconds += 1 + (Row * (plan.Verified - 1 + (blocks * plan.Masks)));
                Tokens += accepted;
                steps.Record(_drafted, plan.Verified, accepted);
                _drafted = plan.Drafts(accepted) ? plan.Masks : 0;
            }
        }
    }
}
