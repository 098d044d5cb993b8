using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Training.Backpropagation;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Checkpoints;

/// <summary>
/// What a checkpoint folder holds: a Hugging Face model (weights, configuration with the TiDAR record, tokenizer), and beside it the optimizer's moments and
/// the run's state.
/// </summary>
internal static class TrainingCheckpoint
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string FirstPrefix = "exp_avg.";
    private const string SecondPrefix = "exp_avg_sq.";

    /// <summary>Writes the model alone into an existing folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="parameters">Weights and shape.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="companions">The chat template and its like.</param>
    /// <param name="type">Element type of the weights.</param>
    public static void WriteModel(string folder, ParameterSet parameters, Tokenizer tokenizer, Companions companions, StoredType type)
    {
        companions.Write(folder);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), parameters.Tensors(), type);
        ModelConfigWriter.Write(Path.Combine(folder, "config.json"), parameters.Config, type);
        tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
    }

    /// <summary>Writes everything into an existing folder.</summary>
    public static void Write(string folder, ParameterSet parameters, AdamW optimizer, Tokenizer tokenizer, Companions companions, TrainingState state)
    {
        WriteModel(folder, parameters, tokenizer, companions, StoredType.F32);
        WriteMoments(folder, optimizer);
        TrainingStateFile.Write(Path.Combine(folder, TrainingStateFile.Name), state);
    }

    /// <summary>Reads weights and moments back.</summary>
    /// <exception cref="InvalidInputException">A file is missing or does not fit the model.</exception>
    public static TrainingState Read(string folder, ParameterSet parameters, AdamW optimizer)
    {
        TrainingState state = TrainingStateFile.Read(Path.Combine(folder, TrainingStateFile.Name));
        using (Checkpoint checkpoint = Checkpoint.Open(folder))
            parameters.Load(checkpoint);
        ReadMoments(folder, parameters, optimizer);
        optimizer.Steps = state.Step;
        return state;
    }

    /// <summary>Writes the optimizer's moments into an existing folder. The other ranks call <see cref="SendMoments"/> meanwhile.</summary>
    public static void WriteMoments(string folder, AdamW optimizer) =>
        SafetensorsWriter.Write(Path.Combine(folder, OptimizerFile), Moments(optimizer), StoredType.F32);

    /// <summary>What <see cref="WriteMoments"/> needs of a rank that writes nothing.</summary>
    public static void SendMoments(AdamW optimizer) => SafetensorsWriter.Write(Stream.Null, Moments(optimizer), StoredType.F32);

    /// <summary>Reads this rank's part of the moments back.</summary>
    /// <exception cref="InvalidInputException">The file is missing or does not fit the parameters.</exception>
    public static void ReadMoments(string folder, FlatParameters parameters, AdamW optimizer)
    {
        using SafetensorsFile moments = SafetensorsFile.Open(Path.Combine(folder, OptimizerFile));
        foreach (Parameter parameter in parameters.All)
            optimizer.Load(parameter, Find(moments, FirstPrefix, parameter), Find(moments, SecondPrefix, parameter));
    }

    private static IEnumerable<WeightTensor> Moments(AdamW optimizer) => optimizer.Tensors(FirstPrefix, SecondPrefix);

    private static WeightTensor Find(SafetensorsFile file, string prefix, Parameter parameter)
    {
        WeightTensor tensor = file.Get(prefix + parameter.Name);
        return tensor.ElementCount == parameter.Slice.Length
            ? tensor
            : throw new InvalidInputException(file.Path, tensor.Name, $"{parameter.Slice.Length} values", $"{tensor.ElementCount}");
    }
}
