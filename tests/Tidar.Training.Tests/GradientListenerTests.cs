using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Tests;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;

namespace Tidar.Training.Tests;

public sealed class GradientListenerTests
{
    [Theory]
    [InlineData(ModelArchitecture.Llama)]
    [InlineData(ModelArchitecture.Qwen2)]
    [InlineData(ModelArchitecture.Qwen3)]
    public void Gradients_that_are_called_final_change_no_more(ModelArchitecture architecture)
    {
        ModelConfig config = RandomModel.Config(architecture, layers: 3);
        using WorkerTeam team = new(2);
        using ParameterSet parameters = new(config);
        using TrainableDecoder decoder = new(team, parameters);
        Initialization.Run(parameters, seed: 5);
        decoder.Refresh();
        TidarLayout layout = new(TrainingObjective.Tidar, 4, 1);
        Recorder recorder = new(parameters);
        decoder.AddGradients(layout.Build([new TokenSequence([.. Enumerable.Range(2, 20)], Labelled: null)]), new LossWeights(0.5, 0.5), recorder);

        Assert.Equal(config.LayerCount + 2, recorder.Parts.Count);
        Assert.Equal(parameters.Count, recorder.Parts.Sum(p => p.Values.Length));
        foreach ((long start, float[] values) in recorder.Parts)
        {
            Assert.Equal(parameters.Gradients(new ParameterSlice(start, values.Length)).ToArray(), values);
            Assert.Contains(values, v => v != 0);
        }
    }

    private sealed class Recorder(ParameterSet parameters) : IGradientListener
    {
        private long _end = -1;

        public List<(long Start, float[] Values)> Parts { get; } = [];

        public void Begin()
        {
            Assert.Equal(-1, _end);
            _end = parameters.Count;
        }

        public void Finished(long start)
        {
            ParameterSlice slice = new(start, (int)(_end - start));
            Parts.Add((start, parameters.Gradients(slice).ToArray()));
            _end = start;
        }
    }
}
