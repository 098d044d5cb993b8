using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Transformers;

/// <summary>The real checkpoint SmolLM2-135M-Instruct (GGUF, Q4_1), its weights exactly as the file's grid gives them; loaded once for all tests.</summary>
public sealed class SmolLm2Fixture : IDisposable
{
    private readonly WorkerTeam _team = new(2);
    private Checkpoint? _checkpoint;
    private Transformer? _model;

    /// <summary>The model; skips the test where the file is absent.</summary>
    public Transformer Model
    {
        get
        {
            _checkpoint ??= Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf"));
            return _model ??= Transformer.Load(_checkpoint, _team);
        }
    }

    public void Dispose()
    {
        _model?.Dispose();
        _checkpoint?.Dispose();
        _team.Dispose();
    }
}
