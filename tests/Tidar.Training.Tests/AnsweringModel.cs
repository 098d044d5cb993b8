using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;
using Tidar.Training.Adapters;
using Tidar.Training.Tokenization;

namespace Tidar.Training.Tests;

/// <summary>A folder with a small random model and its own answers to some prompts, which drafts are trained on, and measured against decoding.</summary>
internal static class AnsweringModel
{
    /// <summary>The longest answer.</summary>
    private const int MostTokens = 24;

    /// <summary>Writes <c>model/</c> and <c>answers.jsonl</c>.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="config">Its shape; prompts have ids below that of its end token.</param>
    /// <param name="team">Threads.</param>
    /// <param name="answers">Prompts that it answers.</param>
    /// <returns>The model's folder.</returns>
    public static string Write(TemporaryFolder folder, ModelConfig config, WorkerTeam team, int answers)
    {
        string path = folder.File("model");
        Directory.CreateDirectory(path);
        SafetensorsWriter.Write(Path.Combine(path, "model.safetensors"), RandomModel.Tensors(config, seed: 9, scale: 3), StoredType.F32);
        ModelConfigWriter.Write(Path.Combine(path, "config.json"), config, StoredType.F32);

        // One token a letter: the data hold ids, so its text does not matter.
        string letters = string.Concat(Enumerable.Range(0, 38).Select(i => (char)('A' + i)));
        File.WriteAllBytes(Path.Combine(path, "tokenizer.json"), CharacterTokenizer.Create([letters], ["<end>", "<mask>"]));
        using Checkpoint checkpoint = Checkpoint.Open(path);
        using Transformer model = Transformer.Load(checkpoint, team);
        int ids = config.EosTokenIds[0];
        int[][] prompts = [.. Enumerable.Range(0, answers).Select(i => new[] { i, (7 * i) % ids, 5 })];
        using StreamWriter writer = new(folder.File("answers.jsonl"));
        GenerationOptions options = new() { MaxTokens = MostTokens, Strategy = StrategyKind.Autoregressive };
        foreach (GenerationResult result in new BatchGenerator(model, null, 8).Run(prompts, _ => options))
            writer.WriteLine(JsonSerializer.Serialize(new { prompt_ids = result.PromptIds, completion_ids = result.Ids }));
        return path;
    }

    /// <summary>Tokens a pass that training has measured along documents must be those of decoding their answers.</summary>
    public static void AssertDecoding(Transformer model, IEnumerable<PreparedDocument> documents, DraftEvaluation drafts, GenerationOptions options)
    {
        TextGenerator generator = new(model);
        int tokens = 0, fused = 0, twoPass = 0;
        foreach (PreparedDocument document in documents)
        {
            int prompt = Array.IndexOf(document.Labelled, true), count = document.Tokens.Length - prompt;
            tokens += count;
            fused += Passes(TidarMode.Fused);
            twoPass += Passes(TidarMode.TwoPass);

            // The prefill is not counted.
            int Passes(TidarMode mode)
            {
                GenerationResult result = generator.Generate(document.Tokens.AsSpan(0, prompt), options with { MaxTokens = count, Mode = mode });
                Assert.Equal(document.Tokens.Skip(prompt), result.Ids);
                return result.Passes - 1;
            }
        }

        Assert.Equal((double)tokens / fused, drafts.FusedTokensPerPass, 1e-12);
        Assert.Equal((double)tokens / twoPass, drafts.TwoPassTokensPerPass, 1e-12);
    }
}
