using Tidar.Decoding.Engine;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Backpropagation;
using Tidar.Training.Evaluation;
using Tidar.Training.Losses;

namespace Tidar.Training.Tests;

public sealed class DraftMeasurementTests
{
    [Theory]
    [InlineData(ModelArchitecture.Llama)]
    [InlineData(ModelArchitecture.Qwen2)]
    [InlineData(ModelArchitecture.Qwen3)]
    public void Along_text_that_a_model_wrote_tokens_a_pass_are_those_of_decoding(ModelArchitecture architecture)
    {
        const int DraftLength = 4, Count = 24;
        ModelConfig config = RandomModel.Config(architecture, vocabulary: 24, draftLength: DraftLength) with { EosTokenIds = [] };
        using Checkpoint checkpoint = Checkpoint.InMemory(config, [.. RandomModel.Tensors(config, seed: 9, scale: 3)]);
        using WorkerTeam team = new(2);
        using Transformer model = Transformer.Load(checkpoint, team);
        TextGenerator generator = new(model);
        List<TokenSequence> documents = [];
        int fused = 0, twoPass = 0;
        for (int i = 0; i < 12; i++)
        {
            int[] prompt = [i, (7 * i) % 23, 5];
            GenerationResult result = generator.Generate(prompt, new GenerationOptions { MaxTokens = Count, Mode = TidarMode.Fused });
            fused += result.Passes - 1;
            twoPass += generator.Generate(prompt, new GenerationOptions { MaxTokens = Count, Mode = TidarMode.TwoPass }).Passes - 1;
            documents.Add(new TokenSequence([.. prompt, .. result.Ids], [.. Enumerable.Range(0, 3 + Count).Select(p => p >= 3)]));
        }

        using ParameterSet parameters = new(config);
        parameters.Load(checkpoint);
        using TrainableDecoder decoder = new(team, parameters);
        decoder.Refresh();
        TidarLayout layout = new(TrainingObjective.Tidar, DraftLength, config.Tidar!.MaskTokenId);
        DraftEvaluation drafts = DraftMeasurement.Measure(decoder, layout, documents, mostMaskRows: 40);
        Assert.Equal(12.0 * Count / fused, drafts.FusedTokensPerPass, 1e-12);
        Assert.Equal(12.0 * Count / twoPass, drafts.TwoPassTokensPerPass, 1e-12);
        Assert.InRange(drafts.FusedTokensPerPass, 1.01, DraftLength);
        Assert.Equal(DraftLength - 1, drafts.SlotAccuracy.Count);
    }
}
