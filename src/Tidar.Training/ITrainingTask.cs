using Tidar.Training.Data;

namespace Tidar.Training;

/// <summary>What <see cref="TrainingLoop"/> needs of a run.</summary>
internal interface ITrainingTask
{
    /// <summary>Optimizer steps done.</summary>
    int Step { get; }

    /// <summary>Optimizer steps of the whole run.</summary>
    int Steps { get; }

    /// <summary>Folder of the run.</summary>
    string Output { get; }

    /// <summary>A checkpoint every so many steps.</summary>
    int CheckpointEvery { get; }

    /// <summary>Whether this process writes the run's files; of several ranks one does.</summary>
    bool IsWriter { get; }

    /// <summary>Where the data go on.</summary>
    DataPosition Position { get; }

    /// <summary>One optimizer step; cancelled, it leaves the weights as they were.</summary>
    TrainingProgress DoStep(CancellationToken cancellation);

    /// <summary>Writes a checkpoint with the data going on at a position.</summary>
    /// <returns>Its folder; null where this process is not the writer.</returns>
    string? Save(DataPosition position);
}
