using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Backpropagation;
using Tidar.Training.Selectors;

namespace Tidar.Training.Tests.Selectors;

public sealed class SelectorLossTests : IDisposable
{
    private const int BlockCount = 12;
    private const int Slots = 3;
    private const int Candidates = 6;
    private const int UsedCandidates = 5;
    private const int Vocabulary = 20;

    private static readonly ModelConfig Config = RandomModel.Config();

    private readonly WeightTensor _embedding = RandomModel.Tensors(Config, 3).First(static t => t.Name == "model.embed_tokens.weight");
    private readonly SelectorBlocks _blocks = new(BlockCount, Slots + 1, Candidates, Config.HiddenSize, exact: true);
    private readonly TokenTable _table;
    private readonly WorkerTeam _team = new(2);

    public SelectorLossTests()
    {
        Random random = new(8);
        for (int b = 0; b < BlockCount; b++)
        {
            int block = _blocks.Add();
            for (int slot = 1; slot <= Slots; slot++)
                _blocks.SetState(block, slot, [.. Enumerable.Range(0, Config.HiddenSize).Select(_ => random.NextSingle() - 0.5f)]);
            Span<int> text = _blocks.Text(block), tokens = _blocks.Tokens(block);
            Span<float> logits = _blocks.Logits(block);
            for (int i = 0; i < text.Length; i++)
                text[i] = random.Next(4); // few, so that they repeat

            // A document's first block has nothing before it, its last ones end early.
            if (b == 0)
                text[0] = -1;
            if (b % 4 == 3)
                text[^1] = -1;
            for (int slot = 1; slot <= Slots; slot++)
            {
                int[] some = [.. Enumerable.Range(0, Vocabulary).OrderBy(_ => random.Next()).Take(Candidates)];
                int target = text[SelectorBlocks.TokensBefore + slot];
                if (target >= 0 && random.Next(4) > 0 && !some.Contains(target))
                    some[random.Next(UsedCandidates)] = target;
                some.CopyTo(tokens[((slot - 1) * Candidates)..]);
                for (int c = 0; c < Candidates; c++)
                {
                    logits[((slot - 1) * Candidates) + c] = random.NextSingle();
                    _blocks.Teacher(block)[((slot - 1) * Candidates) + c] = b % 3 == 0 ? 0 : random.NextSingle();
                }
                int first = (slot - 1) * Candidates;
                CopyMatches.Find(text[..(SelectorBlocks.TokensBefore + slot)], CopyMatches.Longest, tokens.Slice(first, Candidates), _blocks.Matches(block).Slice(first, Candidates));
            }
        }

        _table = new TokenTable(_blocks, _embedding);
    }

    public void Dispose()
    {
        _table.Dispose();
        _blocks.Dispose();
        _team.Dispose();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(2, 0.4)]
    public void Gradients_are_the_slopes_of_the_loss(int predecessors, double softShare)
    {
        using SelectorParameters parameters = RandomParameters(predecessors);
        using SelectorLoss loss = new(_team, parameters, _blocks, _table, slotDecay: 0.8, BlockCount, softShare);
        int[] blocks = [.. Enumerable.Range(0, BlockCount)];
        loss.Run(blocks, addGradients: true);
        Slopes.AssertMatch(parameters, parameters.All, p => parameters.Gradients(p.Slice).ToArray(), Loss, step: 3e-3, relative: 0.01, absolute: 1e-4, shortest: 1e-3);

        double Loss()
        {
            (double sum, double weight) = loss.Run(blocks, addGradients: false);
            return sum / weight;
        }
    }

    [Fact]
    public void The_loss_is_that_of_the_scores_that_decoding_uses()
    {
        AssertLoss(0);
        AssertLoss(0.3);
    }

    [Fact]
    public void The_reach_is_that_of_a_draft_by_the_scores_that_decoding_uses()
    {
        using SelectorParameters parameters = RandomParameters(predecessors: 2);
        using SelectorLoss loss = new(_team, parameters, _blocks, _table, slotDecay: 1, BlockCount);
        using PathSelector selector = new(parameters.ToWeights(), _embedding);
        int[] blocks = [.. Enumerable.Range(0, BlockCount)], reached = new int[BlockCount], expected = new int[BlockCount];
        loss.Run(blocks, addGradients: true);
        loss.ReadReached(blocks, reached);
        float[] state = new float[Config.HiddenSize], gate = new float[selector.Rank];
        foreach (int block in blocks)
        {
            Span<int> text = _blocks.Text(block), draft = [.. text[..(SelectorBlocks.TokensBefore + 1)], .. new int[Slots]];
            for (int slot = 1; slot <= Slots; slot++)
            {
                int[] tokens = _blocks.Tokens(block).Slice((slot - 1) * Candidates, UsedCandidates).ToArray();
                float[] scores = _blocks.Logits(block).Slice((slot - 1) * Candidates, UsedCandidates).ToArray();
                _blocks.ReadState(block, slot, state);
                selector.Gate(slot, state, gate);
                selector.Score(slot, gate, draft[..(SelectorBlocks.TokensBefore + slot)], tokens, scores);
                draft[SelectorBlocks.TokensBefore + slot] = tokens[PathSelector.Best(tokens, scores)];
            }

            expected[block] = draft.CommonPrefixLength(text) - SelectorBlocks.TokensBefore;
        }

        Assert.Equal(expected, reached);
        Assert.True(reached.Distinct().Count() > 1);
    }

    private void AssertLoss(double softShare)
    {
        using SelectorParameters parameters = RandomParameters(predecessors: 2);
        using SelectorLoss loss = new(_team, parameters, _blocks, _table, slotDecay: 0.5, BlockCount, softShare);
        using PathSelector selector = new(parameters.ToWeights(), _embedding);
        double expected = 0, weights = 0;
        float[] state = new float[Config.HiddenSize], gate = new float[selector.Rank];
        for (int block = 0; block < BlockCount; block++)
        {
            int[] text = _blocks.Text(block).ToArray();
            for (int slot = 1; slot <= Slots && text[SelectorBlocks.TokensBefore + slot] >= 0; slot++)
            {
                int[] tokens = _blocks.Tokens(block).Slice((slot - 1) * Candidates, UsedCandidates).ToArray();
                float[] scores = _blocks.Logits(block).Slice((slot - 1) * Candidates, UsedCandidates).ToArray();
                int target = tokens.IndexOf(text[SelectorBlocks.TokensBefore + slot]);
                if (target < 0)
                    continue;
                _blocks.ReadState(block, slot, state);
                selector.Gate(slot, state, gate);
                selector.Score(slot, gate, text.AsSpan(0, SelectorBlocks.TokensBefore + slot), tokens, scores);
                double weight = Math.Pow(0.5, slot - 1);
                float[] teacher = _blocks.Teacher(block).Slice((slot - 1) * Candidates, UsedCandidates).ToArray();
                double total = teacher.Sum(static t => (double)t), share = total > 0 ? softShare : 0;
                double wanted = ((1 - share) * scores[target]) + (share == 0 ? 0 : share * scores.Zip(teacher, static (s, t) => (double)s * t).Sum() / total);
                expected += weight * (Math.Log(scores.Sum(s => Math.Exp(s))) - wanted);
                weights += weight;
            }
        }

        (double sum, double all) = loss.Run([.. Enumerable.Range(0, BlockCount)], addGradients: false);
        Assert.Equal(weights, all, 1e-9);
        Assert.Equal(expected, sum, 1e-4 * expected);
    }

    [Fact]
    public void Gradients_have_the_same_bits_at_any_number_of_threads()
    {
        List<float[]> all = [];
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using WorkerTeam team = new(threads);
            using SelectorParameters parameters = RandomParameters(predecessors: 2);
            using SelectorLoss loss = new(team, parameters, _blocks, _table, slotDecay: 0.8, BlockCount);
            loss.Run([5, 2, 11, 0, 7, 3], addGradients: true);
            all.Add([.. parameters.All.SelectMany(p => parameters.Gradients(p.Slice).ToArray())]);
        }

        Assert.Equal(all[0], all[1]);
        Assert.Equal(all[0], all[2]);
    }

    private static SelectorParameters RandomParameters(int predecessors)
    {
        SelectorParameters parameters = new(new SelectorShape(Config.HiddenSize, 4, UsedCandidates, predecessors, Slots, CopyLength: 2));
        Random random = new(5);
        foreach (Parameter parameter in parameters.All)
        {
            foreach (ref float value in parameters.Values(parameter.Slice))
                value = 0.6f * (random.NextSingle() - 0.3f);
        }

        return parameters;
    }
}
