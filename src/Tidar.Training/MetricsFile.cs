using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Training;

/// <summary><c>metrics.jsonl</c>: one object a step, in order, also after resuming.</summary>
internal sealed class MetricsFile : IDisposable
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string Name = "metrics.jsonl";

    private readonly string _path;
    private readonly StreamWriter _writer;

    private MetricsFile(string path)
    {
        _path = path;
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    /// <summary>Opens the file of a run that has done <paramref name="step"/> steps; lines of later steps (from a run that was killed) are dropped.</summary>
    /// <exception cref="InvalidInputException">The place cannot be written.</exception>
    public static MetricsFile Open(string path, int step)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string[] kept = File.Exists(path) && step > 0 ? [.. File.ReadLines(path).TakeWhile(line => StepOf(line) <= step)] : [];
            AtomicFile.Write(path, stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                foreach (string line in kept)
                    writer.Write(line + "\n");
            });
            return new MetricsFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(path, null, "a place that can be written", error.Message, error);
        }
    }

    /// <summary>Adds a step.</summary>
    /// <exception cref="InvalidInputException">The disk is full, or the file cannot be written any more.</exception>
    public void Write(TrainingProgress progress)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("step", progress.Step);
            json.WriteNumber("loss", progress.Loss);
            json.WriteNumber("ar_loss", progress.AutoregressiveLoss);
            json.WriteNumber("diffusion_loss", progress.DiffusionLoss);
            json.WriteNumber("learning_rate", progress.LearningRate);
            json.WriteNumber("gradient_norm", progress.GradientNorm);
            json.WriteNumber("tokens", progress.Tokens);
            json.WriteNumber("tokens_per_second", Math.Round(progress.TokensPerSecond, 1));
            if (progress.Evaluation is { } held)
            {
                json.WriteNumber("held_out_ar_loss", held.AutoregressiveMean);
                json.WriteNumber("held_out_diffusion_loss", held.DiffusionMean);
            }

            if (progress.Drafts is { } drafts)
                Write(json, drafts, "held_out");
            if (progress.PlainDrafts is { } plain)
                Write(json, plain, "held_out_without_selector");
            if (progress.BestDrafts is { } best)
                Write(json, best, "held_out_best_possible");
            json.WriteEndObject();
        }

        try
        {
            _writer.Write(System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n");
        }
        catch (IOException error)
        {
            throw new InvalidInputException(_path, null, "a place that can be written", error.Message, error);
        }
    }

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // What a failed write left in the buffer cannot be written now either; that write has said so.
        }
    }

    private static void Write(Utf8JsonWriter json, DraftEvaluation drafts, string prefix)
    {
        json.WriteNumber($"{prefix}_tokens_per_pass_fused", Math.Round(drafts.FusedTokensPerPass, 4));
        json.WriteNumber($"{prefix}_tokens_per_pass_two_pass", Math.Round(drafts.TwoPassTokensPerPass, 4));
        json.WriteStartArray($"{prefix}_slot_accuracy");
        foreach (double share in drafts.SlotAccuracy)
            json.WriteNumberValue(Math.Round(share, 4));
        json.WriteEndArray();
    }

    // A line cut short by a kill has no step and ends what is kept.
    private static long StepOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return long.MaxValue;
        }
    }
}
