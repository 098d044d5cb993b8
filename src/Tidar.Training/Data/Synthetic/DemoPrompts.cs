using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tidar.Training.Data.Synthetic;

/// <summary>Held-out prompts of the demo domain with what a right reply holds, for tests and for the model card's numbers.</summary>
public static class DemoPrompts
{
    private const ulong StandardSeed = 2511_08923;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Distinct held-out examples of one kind, in the order they are drawn.</summary>
    /// <param name="kind">What the prompts ask for.</param>
    /// <param name="count">How many; far below the number of held-out prompts there are.</param>
    /// <param name="seed">Decides every draw.</param>
    public static IEnumerable<DemoExample> HeldOut(DemoKind kind, int count, ulong seed) =>
        DemoCorpus.Generate(kind, seed, CorpusSplit.HeldOut).DistinctBy(e => e.Prompt).Take(count);

    /// <summary>The prompts of <c>recipes/tidar-demo/heldout.jsonl</c>: 200 word problems and 60 of each other kind.</summary>
    public static IEnumerable<DemoExample> Standard() =>
        Enum.GetValues<DemoKind>().SelectMany(kind => HeldOut(kind, kind == DemoKind.WordProblem ? 200 : 60, StandardSeed + (ulong)kind));

    /// <summary>One JSON object a line: <c>prompt, kind, answer, completion</c>; <c>answer</c> is null for stories and code.</summary>
    public static void WriteJsonLines(TextWriter writer, IEnumerable<DemoExample> examples)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(examples);
        foreach (DemoExample e in examples)
        {
            writer.Write(JsonSerializer.Serialize(
                new { prompt = e.Prompt, kind = JsonNamingPolicy.SnakeCaseLower.ConvertName(e.Kind.ToString()), answer = e.Answer, completion = e.Completion }, Json));
            writer.Write('\n');
        }
    }
}
