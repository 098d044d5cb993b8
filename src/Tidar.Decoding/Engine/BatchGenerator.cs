using Tidar.Decoding.Planning;
using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>
/// Generates texts for many prompts, several at a time in every pass: a text that ends makes room for the next prompt. What a prompt gets does not depend on
/// how many run beside it. Not thread-safe, as the model is not.
/// </summary>
public sealed class BatchGenerator
{
    private readonly DecodingEngine _engine;
    private readonly Tokenizer? _tokenizer;
    private readonly int _sessions;

    /// <summary>Creates it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">For texts and stop strings; null where only ids are wanted.</param>
    /// <param name="sessions">Most texts at a time.</param>
    /// <param name="planner">Chooses the steps where <see cref="TidarMode.Auto"/> leaves them open; null takes the fused step.</param>
    /// <param name="draft">Drafts under <see cref="StrategyKind.DraftModel"/>; null where that is not asked for.</param>
    /// <exception cref="InvalidInputException">The draft model has another vocabulary.</exception>
    public BatchGenerator(ILanguageModel model, Tokenizer? tokenizer, int sessions, Planner? planner = null, DraftModel? draft = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sessions, 1);
        _engine = new DecodingEngine(model, draft, tokenizer) { Planner = planner };
        _tokenizer = tokenizer;
        _sessions = sessions;
    }

    /// <summary>The texts of all prompts, in their order, each as soon as it and those before it have ended.</summary>
    /// <param name="prompts">Prompt ids.</param>
    /// <param name="options">Options of prompt i.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    /// <exception cref="InvalidInputException">A prompt or an option is wrong.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IEnumerable<GenerationResult> Run(IReadOnlyList<int[]> prompts, Func<int, GenerationOptions> options, CancellationToken cancellation = default)
    {
        List<(int Index, DecodingSession Session)> active = [];
        Dictionary<int, GenerationResult> waiting = [];
        int started = 0, given = 0;
        try
        {
            while (given < prompts.Count)
            {
                for (; active.Count < _sessions && started < prompts.Count; started++)
                    active.Add((started, _engine.Start(prompts[started], options(started), _tokenizer)));
                cancellation.ThrowIfCancellationRequested();
                _engine.Step([.. active.Select(static a => a.Session)]);
                foreach ((int index, DecodingSession session) in active.Where(static a => a.Session.IsFinished))
                {
                    waiting.Add(index, session.ToResult());
                    session.Dispose();
                }

                active.RemoveAll(static a => a.Session.IsFinished);
                for (; waiting.Remove(given, out GenerationResult? result); given++)
                    yield return result;
            }
        }
        finally
        {
            foreach ((_, DecodingSession session) in active)
                session.Dispose();
        }
    }
}
