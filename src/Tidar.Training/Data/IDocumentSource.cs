namespace Tidar.Training.Data;

/// <summary>An endless, repeatable sequence of documents.</summary>
internal interface IDocumentSource : IDisposable
{
    /// <summary>Where the last document came from, for messages.</summary>
    string Place { get; }

    /// <summary>The next document.</summary>
    IReadOnlyList<TextSegment> Next();

    /// <summary>Passes over documents as if they had been drawn.</summary>
    void Skip(long count);
}
