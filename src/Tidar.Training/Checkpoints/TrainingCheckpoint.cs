using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Training.Backpropagation;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Checkpoints;

/// <summary>
/// What a checkpoint folder holds: a Hugging Face model (weights, configuration with the TiDAR record, tokenizer), and beside it the optimizer's moments and the run's state.
/// </summary>
internal static class TrainingCheckpoint
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string FirstPrefix = "exp_avg.";
    private const string SecondPrefix = "exp_avg_sq.";

    /// <summary>Writes the model alone into an existing folder.</summary>
    public static void WriteModel(string folder, ParameterSet parameters, Tokenizer tokenizer, StoredType type)
    {
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), parameters.Tensors(), type);
        ModelConfigWriter.Write(Path.Combine(folder, "config.json"), parameters.Config, type);
        tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
    }

    /// <summary>Writes everything into an existing folder.</summary>
    public static void Write(string folder, ParameterSet parameters, AdamW optimizer, Tokenizer tokenizer, TrainingState state)
    {
        WriteModel(folder, parameters, tokenizer, StoredType.F32);
        SafetensorsWriter.Write(Path.Combine(folder, OptimizerFile), optimizer.Tensors(FirstPrefix, SecondPrefix), StoredType.F32);
        TrainingStateFile.Write(Path.Combine(folder, TrainingStateFile.Name), state);
    }

    /// <summary>Reads weights and moments back.</summary>
    /// <exception cref="InvalidInputException">A file is missing or does not fit the model.</exception>
    public static TrainingState Read(string folder, ParameterSet parameters, AdamW optimizer)
    {
        TrainingState state = TrainingStateFile.Read(Path.Combine(folder, TrainingStateFile.Name));
        using (Checkpoint checkpoint = Checkpoint.Open(folder))
            parameters.Load(checkpoint);
        using SafetensorsFile moments = SafetensorsFile.Open(Path.Combine(folder, OptimizerFile));
        foreach (Parameter parameter in parameters.All)
        {
            Read(moments, FirstPrefix + parameter.Name, optimizer.FirstMoments(parameter.Slice));
            Read(moments, SecondPrefix + parameter.Name, optimizer.SecondMoments(parameter.Slice));
        }

        optimizer.Steps = state.Step;
        return state;
    }

    private static void Read(SafetensorsFile file, string name, Span<float> values)
    {
        WeightTensor tensor = file.Get(name);
        if (tensor.ElementCount != values.Length)
            throw new InvalidInputException(file.Path, name, $"{values.Length} values", $"{tensor.ElementCount}");
        tensor.ReadRows(0, checked((int)tensor.Rows), values);
    }
}
