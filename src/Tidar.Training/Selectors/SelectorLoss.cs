using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Selectors;

/// <summary>
/// Cross-entropy of the right candidate among a slot's, mixed with what the AR half gives them if wanted, forward and backward. The tokens before a slot are the text's, not the walk's: behind a wrong one nothing is accepted anyhow. Slots whose
/// token is not among the candidates have no loss. Nothing depends on the number of threads.
/// </summary>
internal sealed class SelectorLoss : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly SelectorParameters _parameters;
    private readonly SelectorBlocks _blocks;
    private readonly TokenTable _table;
    private readonly LinearGradient _gradient;
    private readonly PackedOperand _gateWeights = new();
    private readonly PackedOperand _gateBackward = new();
    private readonly float _softShare;
    private readonly int[] _places;
    private readonly float[] _slotWeights;
    private readonly float[] _ones;
    private readonly float[] _unused;
    private readonly TokenUse[] _before;
    private readonly TokenUse _candidates;
    private readonly TokenMaps[] _from;
    private readonly TokenMaps _to;
    private readonly Activation _states;
    private readonly Activation _gates;
    private readonly Activation _queries;
    private readonly Activation _weighted;
    private readonly Activation _scores;
    private readonly Activation _stateGradients;
    private readonly List<SelectorRow> _rows = [];
    private readonly int[] _candidateIndices;
    private float[] _losses = [];
    private bool[] _right = [];

    /// <summary>Creates it; all arguments outlive it.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="parameters">The selector.</param>
    /// <param name="blocks">What it is trained or measured on.</param>
    /// <param name="table">Their tokens.</param>
    /// <param name="slotDecay">Slot m counts this to the power of m - 1.</param>
    /// <param name="mostBlocks">Most blocks of one call.</param>
    /// <param name="softShare">Share of the AR half's probabilities in the targets.</param>
    public SelectorLoss(WorkerTeam team, SelectorParameters parameters, SelectorBlocks blocks, TokenTable table, double slotDecay, int mostBlocks, double softShare = 0)
    {
        _softShare = (float)softShare;
        _places = [.. Enumerable.Range(0, parameters.Shape.Candidates)];
        (_team, _parameters, _blocks, _table, _gradient) = (team, parameters, blocks, table, new LinearGradient(team, TrainingPrecision.Float32));
        SelectorShape shape = parameters.Shape;
        _slotWeights = new float[shape.Slots + 1];
        double weight = 1;
        for (int slot = 1; slot <= shape.Slots; slot++, weight *= slotDecay)
            _slotWeights[slot] = (float)weight;
        _ones = new float[shape.HiddenSize];
        _unused = new float[shape.HiddenSize];
        Array.Fill(_ones, 1);
        _before = [.. Enumerable.Range(0, shape.Predecessors).Select(_ => new TokenUse(table, shape.HiddenSize))];
        _candidates = new TokenUse(table, shape.HiddenSize);
        _from = [.. _before.Select((use, i) => new TokenMaps(team, _gradient, parameters, use, parameters.From(i)))];
        _to = new TokenMaps(team, _gradient, parameters, _candidates, parameters[SelectorNames.To].Slice);
        _states = new Activation(shape.HiddenSize);
        _gates = new Activation(shape.Rank);
        _queries = new Activation(shape.Rank);
        _weighted = new Activation(shape.Rank);
        _scores = new Activation(shape.Candidates);
        _stateGradients = new Activation(shape.HiddenSize);
        _candidateIndices = new int[mostBlocks * shape.Slots * shape.Candidates];
    }

    /// <summary>Mean loss of some blocks' slots in nats, and with <paramref name="addGradients"/> its gradient, added to the parameters' gradients.</summary>
    /// <param name="blocks">Numbers of the blocks.</param>
    /// <param name="addGradients">Whether to.</param>
    /// <param name="share">What the gradient is multiplied by.</param>
    /// <returns>Σ weight · loss, and Σ weight: the gradient is that of their quotient.</returns>
    public (double Loss, double Weight) Run(ReadOnlySpan<int> blocks, bool addGradients, double share = 1)
    {
        double weight = Collect(blocks);
        if (_rows.Count == 0)
            return (0, 0);
        SelectorShape shape = _parameters.Shape;
        int rows = _rows.Count;
        if (_losses.Length < rows)
            (_losses, _right) = (new float[2 * rows], new bool[2 * rows]);
        StateJob read = new(this);
        Span<float> states = _states.Rows(rows), gates = _gates.Rows(rows);
        _queries.Rows(rows);
        _weighted.Rows(rows);
        _scores.Rows(rows);
        _team.Run(ref read, rows);
        _gateWeights.PackTransposed(_team, _parameters.Values(_parameters[SelectorNames.Gate].Slice), shape.Rank, shape.HiddenSize);
        _gateWeights.Multiply(_team, states, rows, gates);
        foreach (TokenMaps map in _from)
            map.Forward();
        _to.Forward();
        ScoreJob score = new(this, addGradients ? share / weight : 0);
        _team.Run(ref score, rows);
        double loss = 0;
        for (int r = 0; r < rows; r++)
            loss += (double)_slotWeights[_rows[r].Slot] * _losses[r];
        if (addGradients)
            Backward(rows);
        return (loss, weight);
    }

    /// <summary>
    /// After a run: how many tokens of each of its blocks a draft by the selector gets right, the decided one among them. On the way there the tokens before a slot are the text's.
    /// </summary>
    /// <param name="blocks">The run's blocks.</param>
    /// <param name="reached">By number of block; those of other blocks stay.</param>
    public void ReadReached(ReadOnlySpan<int> blocks, Span<int> reached)
    {
        foreach (int block in blocks)
            reached[block] = 1;
        for (int r = 0; r < _rows.Count; r++)
        {
            if (_right[r] && reached[_rows[r].Block] == _rows[r].Slot)
                reached[_rows[r].Block]++;
        }
    }

    /// <summary>
    /// After a run with gradients: the gradient of the hidden states that the blocks hold, and of their candidates' logits, slot by slot.
    /// </summary>
    /// <param name="receive">Gets block, slot (1 … K-1), the state's gradient [hidden], and the logits' gradients [candidates of the slot].</param>
    public void ReadStateGradients(StateGradientReader receive)
    {
        int rows = _rows.Count;
        if (rows == 0)
            return;
        SelectorShape shape = _parameters.Shape;
        Span<float> gradients = _stateGradients.Rows(rows), state = stackalloc float[shape.HiddenSize], logits = stackalloc float[shape.Candidates];
        _gateBackward.Pack(_team, _parameters.Values(_parameters[SelectorNames.Gate].Slice), shape.Rank, shape.HiddenSize);
        _gateBackward.Multiply(_team, _gates.Rows(rows), rows, gradients);
        ReadOnlySpan<float> scales = _parameters.Values(_parameters[SelectorNames.Scale].Slice);
        for (int r = 0; r < rows; r++)
        {
            SelectorRow row = _rows[r];
            _blocks.ReadState(row.Block, row.Slot, state);
            Span<float> gradient = _stateGradients.Row(r);
            RmsNormGradient.Run(state, _ones, PathSelector.NormEpsilon, gradient, gradient, _unused, accumulate: false);
            for (int c = 0; c < row.Candidates; c++)
                logits[c] = scales[row.Slot - 1] * _scores.Row(r)[c];
            receive(row.Block, row.Slot, gradient, logits[..row.Candidates]);
        }
    }

    /// <summary>Takes the gradients of a slot.</summary>
    public delegate void StateGradientReader(int block, int slot, ReadOnlySpan<float> state, ReadOnlySpan<float> logits);

    public void Dispose()
    {
        foreach (IDisposable part in _before.Concat<IDisposable>(_from).Concat([_candidates, _to, _gradient, _gateWeights, _gateBackward, _stateGradients, _states, _gates, _queries, _weighted, _scores]))
            part.Dispose();
    }

    // The slots that have a loss, and the tokens they use.
    private double Collect(ReadOnlySpan<int> blocks)
    {
        int count = _parameters.Shape.Candidates;
        double weight = 0;
        _rows.Clear();
        foreach (TokenUse use in _before)
            use.Clear();
        _candidates.Clear();
        foreach (int block in blocks)
        {
            ReadOnlySpan<int> text = _blocks.Text(block)[SelectorBlocks.TokensBefore..], tokens = _blocks.Tokens(block);
            for (int slot = 1; slot < text.Length && text[slot] >= 0; slot++)
            {
                ReadOnlySpan<int> candidates = tokens.Slice((slot - 1) * _blocks.Candidates, count);
                int target = candidates.IndexOf(text[slot]);
                if (target < 0)
                    continue;
                int there = candidates.IndexOf(-1), row = _rows.Count;
                _rows.Add(new SelectorRow(block, slot, target, there < 0 ? count : there));
                weight += _slotWeights[slot];
                for (int c = 0; c < count; c++)
                    _candidateIndices[(row * count) + c] = _candidates.Add(_table.RowOf(candidates[c]));
                for (int i = 0; i < _before.Length; i++)
                    _before[i].Add(_table.RowOf(_blocks.Text(block)[SelectorBlocks.TokensBefore + slot - 1 - i]));
            }
        }

        foreach (TokenUse use in _before)
            use.Complete();
        _candidates.Complete();
        return weight;
    }

    // After the score job: the scores' gradients lie in _scores, those of gate and queries in _gates and _queries.
    private void Backward(int rows)
    {
        SelectorShape shape = _parameters.Shape;
        _to.Backward(use => new(_weighted.Row(use / shape.Candidates), _scores.Row(use / shape.Candidates)[use % shape.Candidates]));
        foreach (TokenMaps map in _from)
            map.Backward(use => new(_queries.Row(use), 1));
        _gradient.AddWeights(_gates.Rows(rows), _states.Rows(rows), rows, shape.Rank, _parameters.Gradients(_parameters[SelectorNames.Gate].Slice));
        Span<float> bias = _parameters.Gradients(_parameters[SelectorNames.GateBias].Slice), scale = _parameters.Gradients(_parameters[SelectorNames.Scale].Slice);
        Span<float> copies = _parameters.Gradients(_parameters.Copies);
        for (int r = 0; r < rows; r++)
        {
            SelectorRow row = _rows[r];
            Span<float> sum = bias.Slice((row.Slot - 1) * shape.Rank, shape.Rank);
            Activations.Add(sum, _gates.Row(r), sum);
            ReadOnlySpan<float> gradients = _scores.Row(r)[..row.Candidates];
            scale[row.Slot - 1] += Reduction.Dot(gradients, Logits(row));
            ReadOnlySpan<byte> matches = Part(_blocks.Matches(row.Block), row);
            for (int c = 0; c < matches.Length && copies.Length > 0; c++)
            {
                if (matches[c] > 0)
                    copies[Math.Min(matches[c], copies.Length) - 1] += gradients[c];
            }
        }
    }

    private ReadOnlySpan<float> Logits(SelectorRow row) => Part(_blocks.Logits(row.Block), row);

    private Span<T> Part<T>(Span<T> block, SelectorRow row) => block.Slice((row.Slot - 1) * _blocks.Candidates, row.Candidates);

    // The text's own token, and as much as wanted of what the AR half thinks of all candidates.
    private void FillTarget(SelectorRow row, Span<float> target)
    {
        target.Clear();
        ReadOnlySpan<float> teacher = Part(_blocks.Teacher(row.Block), row);
        float sum = 0;
        foreach (float probability in teacher)
            sum += probability;
        float share = sum > 0 ? _softShare : 0;
        for (int c = 0; c < target.Length && share > 0; c++)
            target[c] = share * teacher[c] / sum;
        target[row.Target] += 1 - share;
    }

    // A slot with a loss: which of its candidates is right, and how many it has.
    private readonly record struct SelectorRow(int Block, int Slot, int Target, int Candidates);

    private readonly struct StateJob(SelectorLoss owner) : IJob
    {
        public void Execute(int item, int worker)
        {
            Span<float> state = owner._states.Row(item);
            owner._blocks.ReadState(owner._rows[item].Block, owner._rows[item].Slot, state);
            PathSelector.Normalize(state, owner._ones, state);
        }
    }

    private readonly struct ScoreJob(SelectorLoss owner, double scale) : IJob
    {
        public void Execute(int item, int worker)
        {
            SelectorRow row = owner._rows[item];
            int rank = owner._parameters.Shape.Rank, index = row.Slot - 1;
            Span<float> gate = owner._gates.Row(item), query = owner._queries.Row(item), weighted = owner._weighted.Row(item);
            query.Clear();
            foreach (TokenMaps map in owner._from)
            {
                if (map.Of(item) is { IsEmpty: false } part)
                    Activations.Add(query, part, query);
            }

            Activations.Add(gate, owner._parameters.Values(owner._parameters[SelectorNames.GateBias].Slice).Slice(index * rank, rank), gate);
            for (int k = 0; k < rank; k++)
                weighted[k] = query[k] * gate[k];
            Span<float> scores = owner._scores.Row(item)[..row.Candidates];
            ReadOnlySpan<int> tokens = owner._candidateIndices.AsSpan(item * owner._parameters.Shape.Candidates, row.Candidates);
            ReadOnlySpan<float> logits = owner.Logits(row);
            float slotScale = owner._parameters.Values(owner._parameters[SelectorNames.Scale].Slice)[index];
            for (int c = 0; c < scores.Length; c++)
                scores[c] = (slotScale * logits[c]) + Reduction.Dot(weighted, owner._to.Result(tokens[c]));
            ReadOnlySpan<float> copies = owner._parameters.Values(owner._parameters.Copies);
            ReadOnlySpan<byte> matches = owner.Part(owner._blocks.Matches(row.Block), row);
            for (int c = 0; c < scores.Length && copies.Length > 0; c++)
            {
                if (matches[c] > 0)
                    scores[c] += copies[Math.Min(matches[c], copies.Length) - 1];
            }

            owner._right[item] = PathSelector.Best(owner.Part(owner._blocks.Tokens(row.Block), row), scores) == row.Target;
            Span<float> target = stackalloc float[row.Candidates];
            owner.FillTarget(row, target);
            owner._losses[item] = CrossEntropy.Run(scores, owner._places.AsSpan(0, row.Candidates), target, (float)(owner._slotWeights[row.Slot] * scale));
            if (scale > 0)
                Propagate(owner, scores, tokens, gate, query);
        }

        // Gradients of gate and query take their places.
        private static void Propagate(SelectorLoss owner, ReadOnlySpan<float> scores, ReadOnlySpan<int> tokens, Span<float> gate, Span<float> query)
        {
            Span<float> product = stackalloc float[query.Length];
            product.Clear();
            for (int c = 0; c < scores.Length; c++)
                Activations.AddScaled(product, owner._to.Result(tokens[c]), scores[c], product);
            for (int k = 0; k < query.Length; k++)
                (gate[k], query[k]) = (product[k] * query[k], product[k] * gate[k]);
        }
    }
}
