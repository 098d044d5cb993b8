using System.Numerics;
using Tidar.Decoding.Strategies;

namespace Tidar.Decoding.Planning;

/// <summary>The planner's choices for one text: the way with the most expected tokens per second, chosen anew as acceptance and context change.</summary>
internal sealed class PlannedSteps : IStepPlanner
{
    // Verifications from one choice to the next, once the first few are through.
    private const int Interval = 8;

    // While drafting does not pay, a draft is tried now and then, so often that trying costs no more than these shares of the time: first, and where it goes on not to pay.
    private const double FirstTrialShare = 0.04;
    private const double LastTrialShare = 0.01;

    // A trial is taken to cost at least so many autoregressive passes: where it seems to cost nothing, there is nothing to gain either.
    private const double LeastLoss = 0.5;

    // Where rows cost nothing that could be measured, the least likely alternatives still cost the time to choose them.
    private const double LeastProbability = 0.01;

    private readonly StepCosts _costs;
    private readonly AcceptanceEstimate _acceptance;
    private readonly BranchYield _yield;
    private readonly int _branchRows;
    private StepChoice _drafting;
    private ulong _outcomes;
    private bool _pays;
    private bool _outdated = true;
    private bool _followsUp;
    private int _stretch = -1;
    private int _sessions;
    private int _recorded;
    private int _nextChoice = 1;
    private double _trialInterval;
    private double _untilTrial;

    /// <summary>Creates it.</summary>
    /// <param name="costs">Costs, shared by the texts of an engine.</param>
    /// <param name="acceptance">What is known of drafts, the text's own.</param>
    /// <param name="yield">What branches bring, shared by the texts of an engine.</param>
    /// <param name="branchRows">Most rows of a pass for alternatives.</param>
    public PlannedSteps(StepCosts costs, AcceptanceEstimate acceptance, BranchYield yield, int branchRows) =>
        (_costs, _acceptance, _yield, _branchRows) = (costs, acceptance, yield, branchRows);

    /// <inheritdoc/>
    public int DraftLength => _costs.Lengths[^1];

    /// <summary>What it did so far.</summary>
    public PlannedPasses Passes { get; } = new();

    /// <inheritdoc/>
    public int MasksBehindDecided(int length, int sessions)
    {
        Choose(length, sessions);
        bool drafts = _drafting.Masks > 0 && (_pays || --_untilTrial <= 0);
        Passes.Drafting += drafts ? 1 : 0;
        Passes.Alone += drafts ? 0 : 1;
        Passes.Masks += drafts ? _drafting.Masks : 0;
        return drafts ? _drafting.Masks : 0;
    }

    /// <inheritdoc/>
    public VerificationPlan Verify(int drafted, int length, int sessions)
    {
        Choose(length, sessions);
        int verified = Math.Min(_drafting.Verified, drafted);
        ulong outcomes = _pays ? _outcomes & (ulong.MaxValue >> (64 - verified)) : 0;
        int blocks = BitOperations.PopCount(outcomes);
        Passes.TwoPass += blocks == 0 ? 1 : 0;
        Passes.Fused += blocks == verified ? 1 : 0;
        Passes.Sparse += blocks > 0 && blocks < verified ? 1 : 0;
        Passes.Verified += verified;
        Passes.Masks += blocks * _drafting.Masks;
        return new VerificationPlan(verified, outcomes, _drafting.Masks);
    }

    /// <inheritdoc/>
    public BranchLimits Branches(int drafted, int length, int sessions)
    {
        if (_branchRows == 0)
            return default;
        Choose(length, sessions);
        if (!_pays)
            return default;

        // A row pays where the token that it may bring is worth its time; a token is worth what tokens take on the whole.
        double seconds = _costs.RowSeconds(_drafting), least = seconds * _drafting.Rate / _yield.Share;
        return new BranchLimits(_branchRows / sessions, Math.Max(LeastProbability, least), _drafting.Blocks == 0 ? 0 : _drafting.Masks);
    }

    /// <inheritdoc/>
    public void RecordBranches(int rows, double expected, int accepted)
    {
        Passes.BranchRows += rows;
        _yield.Record(expected, accepted);
    }

    /// <inheritdoc/>
    public void Record(int drafted, int verified, int accepted)
    {
        _acceptance.Record(drafted, verified, accepted);
        _recorded++;
        _followsUp = accepted == verified;
        _outdated |= !_pays || _recorded >= _nextChoice;
    }

    private void Choose(int length, int sessions)
    {
        int stretch = length / StepCosts.Stretch;
        if (!_outdated && stretch == _stretch && sessions == _sessions)
            return;
        (_stretch, _sessions, _outdated) = (stretch, sessions, false);

        // Sessions share the table: it may stand where another one needed it.
        _costs.Move(length, sessions);
        _nextChoice = _recorded + Math.Clamp(_recorded, 1, Interval);
        _drafting = _costs.Best(_acceptance);
        if (_drafting.Masks == 0)
            return;
        _outcomes = _costs.Outcomes(_acceptance, _drafting);
        _pays = _drafting.Rate * _costs.Autoregressive >= 1;
        if (_pays)
        {
            _trialInterval = 0;
            return;
        }

        // A trial that went well is worth another one at once.
        if (_followsUp)
        {
            (_followsUp, _untilTrial) = (false, 1);
            return;
        }

        // What a trial costs beyond the time in which its tokens would have come one by one, in such tokens.
        double loss = Math.Max(LeastLoss, (_drafting.Seconds / _costs.Autoregressive) - _drafting.Tokens);
        if (_untilTrial > 0 && _trialInterval > 0)
            return;
        _trialInterval = Math.Clamp(2 * _trialInterval, loss / FirstTrialShare, loss / LastTrialShare);
        _untilTrial = Math.Max(1, _trialInterval);
    }
}
