using Tidar.Models.Configuration;

namespace Tidar.Decoding.Planning;

/// <summary>
/// Chooses modes and draft lengths by measured costs and observed acceptance (docs/planner.md). One serves an engine and all its sessions: what a text teaches, the next one begins with.
/// Not thread-safe, as the engine is not.
/// </summary>
public sealed class Planner
{
    // A slot's chance after a right one where the model was trained to draft, and where it was not. Only the first texts depend on them.
    private const double TrainedPrior = 0.72;
    private const double UntrainedPrior = 0.15;

    private readonly PassCosts _costs;
    private readonly double _prior;
    private readonly Dictionary<int, (StepCosts Costs, AcceptanceEstimate Acceptance, BranchYield Branches)> _byDraftLength = [];

    /// <summary>Creates it.</summary>
    /// <param name="costs">What passes of the model cost on this machine.</param>
    /// <param name="config">The model.</param>
    public Planner(PassCosts costs, ModelConfig config)
    {
        _costs = costs;
        _prior = config.Tidar is null ? UntrainedPrior : TrainedPrior;
    }

    /// <summary>The steps of one text with drafts of at most <paramref name="draftLength"/> tokens.</summary>
    /// <param name="draftLength">K.</param>
    /// <param name="branchRows">Most rows of a pass for alternatives.</param>
    internal PlannedSteps CreateSteps(int draftLength, int branchRows)
    {
        if (!_byDraftLength.TryGetValue(draftLength, out (StepCosts Costs, AcceptanceEstimate Acceptance, BranchYield Branches) shared))
        {
            StepCosts costs = new(_costs, draftLength);
            shared = (costs, new AcceptanceEstimate(costs.Lengths, _prior), new BranchYield());
            _byDraftLength.Add(draftLength, shared);
        }

        return new PlannedSteps(shared.Costs, new AcceptanceEstimate(shared.Acceptance), shared.Branches, branchRows);
    }
}
