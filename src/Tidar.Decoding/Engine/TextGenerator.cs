using Tidar.Models.Transformers;

namespace Tidar.Decoding.Engine;

/// <summary>Writes texts with a model: the plain way to use the engine for one caller.</summary>
/// <example><code>
/// TextGenerator generator = new(model);
/// GenerationResult result = generator.Generate([1, 2, 3], new GenerationOptions { MaxTokens = 64 });
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
        using DecodingSession session = _engine.Start(prompt, options ?? new GenerationOptions());
        while (!session.IsFinished)
        {
            cancellation.ThrowIfCancellationRequested();
            _engine.Step(session);
        }

        return session.ToResult();
    }
}
