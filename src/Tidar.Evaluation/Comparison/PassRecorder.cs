using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;
using Tidar.Models.Tokenization;

namespace Tidar.Evaluation.Comparison;

/// <summary>Writes one text and keeps what every pass did.</summary>
internal static class PassRecorder
{
    /// <summary>Runs a prompt.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public static ShownText Record(DecodingEngine engine, DecodingWay way, int[] prompt, GenerationOptions options, Tokenizer? tokenizer, CancellationToken cancellation)
    {
        using DecodingSession session = engine.Start(prompt, options, tokenizer);
        List<ShownPass> passes = [];
        DecodingStep? last = null;
        while (!session.IsFinished)
        {
            cancellation.ThrowIfCancellationRequested();
            engine.Step(session);
            if (session.Passes == passes.Count)
                continue;
            GenerationUpdate update = session.TakeUpdate();
            passes.Add(Describe(update, isNew: !ReferenceEquals(update.Step, last), tokenizer));
            last = update.Step;
        }

        GenerationResult result = session.ToResult();
        return new ShownText(way, Pieces(prompt, tokenizer), result.Text ?? string.Join(' ', result.Ids), result.Ids.Count, passes);
    }

    // A drafting pass shows the step again that it completes: what it commits is the correction.
    private static ShownPass Describe(GenerationUpdate update, bool isNew, Tokenizer? tokenizer)
    {
        ShownPass pass = new(update.Pass) { Drafted = Pieces(update.Step?.NextDraft, tokenizer) };
        if (!isNew || update.Step is not { Kind: StepKind.Verify, Draft: { } draft, Accepted: int accepted } step)
            return pass with { Said = Pieces(update.Tokens, tokenizer) };
        // Where nothing is decided beforehand, the correction is committed at once, unless the text ended before it.
        bool corrects = step.Decided == 0 ? update.Tokens.Count > accepted : update.Result is null;
        return pass with
        {
            Said = Pieces(update.Tokens.Take(step.Decided), tokenizer),
            Accepted = Pieces(update.Tokens.Take(accepted).Skip(step.Decided), tokenizer),
            Rejected = Pieces(draft.Skip(accepted - (step.Branch?.Count ?? 0)), tokenizer),
            Correction = corrects ? Piece(step.Corrected!.Value, tokenizer) : null,
            CommitsCorrection = corrects && step.Decided == 0,
        };
    }

    private static IReadOnlyList<string> Pieces(IEnumerable<int>? ids, Tokenizer? tokenizer) => [.. (ids ?? []).Select(id => Piece(id, tokenizer))];

    private static string Piece(int id, Tokenizer? tokenizer) => tokenizer is null ? $"{id}" : tokenizer.Decode([id]);
}
