using System.Runtime.CompilerServices;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>Writes texts with a model, one at a time: the plain way to use the engine. Not thread-safe, as the model is not.</summary>
/// <example><code>
/// TextGenerator generator = new(model);
/// GenerationResult result = generator.Generate([1, 2, 3], new GenerationOptions { MaxTokens = 64 });
/// foreach (GenerationUpdate update in generator.Stream([1, 2, 3]))
///     Console.Write(update.Text);
/// </code></example>
public sealed class TextGenerator
{
    private readonly DecodingEngine _engine;

    /// <summary>Creates a generator.</summary>
    /// <param name="model">The model.</param>
    public TextGenerator(ILanguageModel model) => _engine = new DecodingEngine(model);

    /// <summary>Generates from prompt ids.</summary>
    /// <exception cref="Models.InvalidInputException">The prompt or an option is wrong.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public GenerationResult Generate(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        using DecodingSession session = Start(prompt, options);
        _engine.Run([session], cancellation);
        return session.ToResult();
    }

    /// <summary>Generates from prompt ids, one update after every forward pass; the last one carries the result.</summary>
    /// <exception cref="Models.InvalidInputException">The prompt or an option is wrong; thrown at once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IEnumerable<GenerationUpdate> Stream(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Updates(Start(prompt, options), cancellation);

    /// <summary>As <see cref="Stream"/>, with the passes off the caller's thread.</summary>
    /// <exception cref="Models.InvalidInputException">The prompt or an option is wrong; thrown at once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(ReadOnlySpan<int> prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        UpdatesAsync(Start(prompt, options), cancellation);

    private DecodingSession Start(ReadOnlySpan<int> prompt, GenerationOptions? options) => _engine.Start(prompt, options ?? new GenerationOptions());

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
