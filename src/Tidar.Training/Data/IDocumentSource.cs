namespace Tidar.Training.Data;

/// <summary>An endless, repeatable sequence of documents.</summary>
internal interface IDocumentSource : IDisposable
{
    /// <summary>The next document.</summary>
    IReadOnlyList<TextSegment> Next();

    /// <summary>Passes over documents as if they had been drawn.</summary>
    void Skip(long count);
}
