using System.Globalization;

namespace Tidar.Training.Data;

/// <summary>Documents that a generator makes.</summary>
internal sealed class GeneratorSource(string name, IEnumerable<TrainingDocument> documents, bool trainOnPrompts) : IDocumentSource
{
    private readonly IEnumerator<TrainingDocument> _documents = documents.GetEnumerator();
    private long _drawn;

    public string Place => string.Create(CultureInfo.InvariantCulture, $"generator {name} document {_drawn}");

    public IReadOnlyList<TextSegment> Next()
    {
        Advance();
        TrainingDocument document = _documents.Current;
        TextSegment completion = new(document.Completion, IsTarget: true);
        return document.Prompt.Length == 0 ? [completion] : [new TextSegment(document.Prompt, trainOnPrompts), completion];
    }

    public void Skip(long count)
    {
        for (long i = 0; i < count; i++)
            Advance();
    }

    public void Dispose() => _documents.Dispose();

    private void Advance()
    {
        _drawn++;
        if (!_documents.MoveNext())
            throw new InvalidOperationException("a generator ended; they are endless");
    }
}
