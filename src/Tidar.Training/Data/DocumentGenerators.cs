using Tidar.Training.Data.Synthetic;

namespace Tidar.Training.Data;

/// <summary>
/// Generators of training text by the name that recipes call them. Each is endless and decided by its seed, with disjoint halves for training and evaluation.
/// </summary>
public static class DocumentGenerators
{
    private static readonly Dictionary<string, Func<ulong, CorpusSplit, IEnumerable<TrainingDocument>>> Known = new(StringComparer.Ordinal)
    {
        ["demo"] = DemoCorpus.Generate,
    };

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>The generator of a name; null where there is none.</summary>
    public static Func<ulong, CorpusSplit, IEnumerable<TrainingDocument>>? Find(string name) => Known.GetValueOrDefault(name);
}
