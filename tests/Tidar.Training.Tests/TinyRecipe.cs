using Tidar.Tests;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tests;

/// <summary>A recipe that trains a very small model on a few lines, in milliseconds a step.</summary>
internal static class TinyRecipe
{
    /// <summary>Writes it under a name; rows and passes of a step as given.</summary>
    public static Recipe Write(
        TemporaryFolder folder, string name, int steps, string objective = "tidar", string learningRate = "0.003", string extra = "", int rows = 6, int rowsPerPass = 4)
    {
        string lines = Path.Combine(folder.Path, "lines.jsonl");
        if (!File.Exists(lines))
        {
            File.WriteAllLines(lines, Enumerable.Range(0, 200).Select(i => i % 3 == 0
                ? $"{{\"text\":\"number {i} follows {i - 1}\"}}"
                : $"{{\"prompt\":\"after {i} comes \",\"completion\":\"{i + 1}\"}}"));
            folder.Write("words.txt", string.Join("\n\n", Enumerable.Range(0, 80).Select(i => new string((char)('a' + (i % 26)), 1 + i))));
        }

        string path = Path.Combine(folder.Path, $"{name}.yaml");
        File.WriteAllText(path, $"""
            output: {name}
            seed: 7
            model:
              architecture: qwen3
              hidden_size: 32
              intermediate_size: 48
              num_hidden_layers: 2
              num_attention_heads: 4
              num_key_value_heads: 2
              head_dim: 8
              max_position_embeddings: 64
            tokenizer:
              characters: true
              sample_documents: 300
            data:
              - jsonl: lines.jsonl
                weight: 3
                held_out: 0.1
              - text: words.txt
                separator: "\n\n"
                held_out: 0.1
            objective:
              kind: {objective}
              draft_length: 4
            batch:
              row_tokens: 48
              rows_per_step: {rows}
              rows_per_pass: {rowsPerPass}
            optimizer:
              learning_rate: {learningRate}
            {extra}
            steps: {steps}
            evaluation:
              every: 2
              rows: 2
            checkpoint:
              every: 3
            """.Replace("\n\n", "\n", StringComparison.Ordinal));
        return RecipeReader.Read(path);
    }
}
