using Tidar.Training.Adapters;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;

namespace Tidar.Training.Evaluation;

/// <summary>Measures how far a trained model's drafts reach: a block of masks at every place of held-out text, then the steps that greedy decoding would take along it.</summary>
internal static class DraftMeasurement
{
    /// <summary>Measures documents; what is labelled counts as text that decoding would write.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="documents">Held-out documents.</param>
    /// <param name="mostMaskRows">Mask rows of a pass, at most.</param>
    public static DraftEvaluation Measure(TrainableDecoder decoder, TidarLayout layout, IReadOnlyList<TokenSequence> documents, int mostMaskRows)
    {
        DraftSimulation simulation = new(layout.DraftLength);
        foreach (TokenSequence document in documents)
        {
            (int First, int End)[] answers = [.. new PreparedDocument(document.Tokens, [.. Enumerable.Range(0, document.Tokens.Length).Select(document.IsLabelled)]).Answers()];
            int[] starts = [.. answers.SelectMany(a => Enumerable.Range(a.First, a.End - a.First))];
            HashSet<(int Start, int Slot)> right = [];
            foreach (int[] some in starts.Chunk(Math.Max(1, mostMaskRows / layout.DraftLength)))
            {
                TrainingBatch batch = layout.BuildDrafts(document, some);
                decoder.Evaluate(batch);
                for (int i = 0; i < batch.Targets.Count; i++)
                {
                    int row = batch.Targets[i].Row - batch.CleanRows;
                    if (decoder.Correct[i])
                        right.Add((some[row / layout.DraftLength], row % layout.DraftLength));
                }
            }

            foreach ((int first, int end) in answers)
                simulation.Add(first, end, (start, slot) => right.Contains((start, slot)));
        }

        return simulation.Result();
    }
}
