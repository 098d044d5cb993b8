namespace Tidar.Training.Data.Synthetic;

/// <summary>What a demo prompt asks for.</summary>
public enum DemoKind
{
    /// <summary>A word problem of one to three steps; see <see cref="WordProblems"/>.</summary>
    WordProblem,

    /// <summary>A bare sum, difference, product or quotient; see <see cref="Arithmetic"/>.</summary>
    Arithmetic,

    /// <summary>A short story from given ingredients; see <see cref="Stories"/>.</summary>
    Story,

    /// <summary>Spelling a word, counting and reversing its letters; see <see cref="Spelling"/>.</summary>
    Spelling,

    /// <summary>A small function in Python, C# or JavaScript; see <see cref="SimpleCode"/>.</summary>
    Code,
}
