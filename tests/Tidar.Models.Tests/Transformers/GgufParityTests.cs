using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Transformers;

/// <summary>Logits of GGUF models in every tensor type against the dequantized weights run in float32 (goldens/models/gguf).</summary>
public sealed class GgufParityTests
{
    // The goldens' own limits: plain and 32-block types, and the wider-valued K and IQ types.
    private const double PlainTolerance = 3e-4;
    private const double SuperBlockTolerance = 6e-4;

    public static TheoryData<string> Models => [.. SharedData.Files(".gguf", "goldens", "models", "gguf")];

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_agree(string file)
    {
        string path = SharedData.Path("goldens", "models", "gguf", file);
        string expectedPath = Path.ChangeExtension(path, null) + ".expected.safetensors";
        int[] ids = GoldenTensors.ReadInts(expectedPath, "input_ids");
        float[] expected = GoldenTensors.ReadFloats(expectedPath)["logits"];
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(path);
        using Transformer model = Transformer.Load(checkpoint, team);
        int v = model.Config.VocabularySize, rows = expected.Length / v, sequences = rows / 24 == 0 ? 1 : rows / 24, length = rows / sequences;
        double tolerance = file.Contains("_K", StringComparison.Ordinal) || file.Contains("IQ4", StringComparison.Ordinal) ? SuperBlockTolerance : PlainTolerance;
        for (int s = 0; s < sequences; s++)
        {
            float[] actual = HuggingFaceParityTests.Logits(model, ids.AsSpan(s * length, length), [.. Enumerable.Range(0, length)]);
            HuggingFaceParityTests.AssertClose(expected.AsSpan(s * actual.Length, actual.Length), actual, file, tolerance);
        }
    }
}
