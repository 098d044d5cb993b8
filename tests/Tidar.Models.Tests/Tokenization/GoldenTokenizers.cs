using System.Collections.Concurrent;
using System.Text.Json;
using Tidar.Models.Tokenization;
using Tidar.Tests;

namespace Tidar.Models.Tests.Tokenization;

/// <summary>The tokenizers of shared/data and the recorded behaviour of the reference library in shared/goldens.</summary>
internal static class GoldenTokenizers
{
    private static readonly ConcurrentDictionary<string, Lazy<Tokenizer>> Loaded = new();

    public static TheoryData<string> Names => [.. SharedData.Folders("goldens", "tokenizers")];

    public static Tokenizer Get(string name) =>
        Loaded.GetOrAdd(name, n => new Lazy<Tokenizer>(() => Tokenizer.Load(SharedData.Path("data", "tokenizers", n)))).Value;

    public static IEnumerable<JsonElement> Lines(string name, string file)
    {
        foreach (string line in File.ReadLines(SharedData.Path("goldens", "tokenizers", name, file)))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    public static int[] Ids(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static i => i.GetInt32())];

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
