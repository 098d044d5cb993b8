using System.Runtime.CompilerServices;
using Tidar.Decoding.Planning;
using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>Writes texts with a model, one at a time: the plain way to use the engine. Not thread-safe, as the model is not.</summary>
/// <example><code>
/// TextGenerator generator = new(model, tokenizer);
/// GenerationResult result = generator.Generate("Once upon a time", new GenerationOptions { MaxTokens = 64 });
/// foreach (GenerationUpdate update in generator.Stream("Once upon a time"))
///     Console.Write(update.Text);
/// </code></example>
public sealed class TextGenerator
{
    private readonly DecodingEngine _engine;
    private readonly Tokenizer? _tokenizer;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer; null where only ids are wanted.</param>
    /// <param name="planner">Chooses the steps where <see cref="TidarMode.Auto"/> leaves them open; null takes the fused step.</param>
    /// <param name="draft">Drafts under <see cref="StrategyKind.DraftModel"/>; null where that is not asked for.</param>
    /// <exception cref="InvalidInputException">The draft model has another vocabulary.</exception>
    public TextGenerator(ILanguageModel model, Tokenizer? tokenizer = null, Planner? planner = null, DraftModel? draft = null) =>
        (_engine, _tokenizer) = (new DecodingEngine(model, draft, tokenizer) { Planner = planner }, tokenizer);

    /// <summary>Generates from prompt ids.</summary>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        using DecodingSession session = Start(prompt, options, reportsSteps: false);
        _engine.Run([session], cancellation);
        return session.ToResult();
    }

    /// <summary>
    /// Generates from a text, encoded with what the tokenizer adds to it, such as BOS. For a chat, apply its template, encode, and give the ids.
    /// </summary>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong, or there is no tokenizer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public GenerationResult Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Generate(Encode(prompt), options, cancellation);

    /// <summary>Generates from prompt ids, one update after every forward pass; the last one carries the result.</summary>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong; thrown at once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IEnumerable<GenerationUpdate> Stream(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Updates(Start(prompt, options), cancellation);

    /// <summary>Generates from a text, one update after every forward pass; the last one carries the result.</summary>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong, or there is no tokenizer; thrown at once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IEnumerable<GenerationUpdate> Stream(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Stream(Encode(prompt), options, cancellation);

    /// <summary>As <see cref="Stream(ReadOnlySpan{int}, GenerationOptions?, CancellationToken)"/>, with the passes off the caller's thread.</summary>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong; thrown at once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(
        ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        UpdatesAsync(Start(prompt, options), cancellation);

    /// <summary>As <see cref="Stream(string, GenerationOptions?, CancellationToken)"/>, with the passes off the caller's thread.</summary>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong, or there is no tokenizer; thrown at once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        StreamAsync(Encode(prompt), options, cancellation);

    private int[] Encode(string prompt) =>
        _tokenizer?.Encode(prompt) ?? throw new InvalidInputException("prompt", null, "a model with a tokenizer, or ids", "a text");

    private DecodingSession Start(ReadOnlySpan<int> prompt, GenerationOptions? options, bool reportsSteps = true) =>
        _engine.Start(prompt, options ?? new GenerationOptions(), _tokenizer, reportsSteps);

    private IEnumerable<GenerationUpdate> Updates(DecodingSession session, CancellationToken cancellation)
    {
        using (session)
        {
            while (!session.IsFinished)
            {
                Pass(session, cancellation);
                yield return session.TakeUpdate();
            }
        }
    }

    private async IAsyncEnumerable<GenerationUpdate> UpdatesAsync(DecodingSession session, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using (session)
        {
            while (!session.IsFinished)
            {
                await Task.Run(() => Pass(session, cancellation), cancellation);
                yield return session.TakeUpdate();
            }
        }
    }

    // One pass as it is counted: a prompt in several parts is one.
    private void Pass(DecodingSession session, CancellationToken cancellation)
    {
        int passes = session.Passes;
        while (session.Passes == passes)
        {
            cancellation.ThrowIfCancellationRequested();
            _engine.Step(session);
        }
    }
}
