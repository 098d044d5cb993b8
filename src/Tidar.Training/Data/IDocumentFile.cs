namespace Tidar.Training.Data;

/// <summary>A file of numbered documents.</summary>
internal interface IDocumentFile : IDisposable
{
    /// <summary>Number of documents.</summary>
    int Count { get; }

    /// <summary>The file's length in bytes, by which a resumed run notices another file.</summary>
    long Bytes { get; }

    /// <summary>Where a document stands, for messages.</summary>
    string Place(int index);

    /// <summary>One document.</summary>
    IReadOnlyList<TextSegment> Read(int index);
}
