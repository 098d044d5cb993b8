using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Tests.Strategies;

/// <summary>Alternatives to the draft's tokens. That the text stays the same is <see cref="LosslessTests"/>' matter.</summary>
public sealed class BranchTests
{
    [Theory]
    [InlineData(TidarMode.TwoPass)]
    [InlineData(TidarMode.Fused)]
    public void Alternatives_bring_tokens(TidarMode mode)
    {
        // At every third position the token that is right is the draft's second choice.
        GenerationResult plain = Generate(mode, 0), branched = Generate(mode, 200);
        Assert.Equal(plain.Ids, branched.Ids);
        Assert.True(branched.Passes < 0.9 * plain.Passes, $"{branched.Passes} passes, {plain.Passes} without branches");
        Assert.Equal(0, plain.Acceptance.BranchRows);
        Assert.True(branched.Acceptance.BranchTokens >= branched.Acceptance.BranchesWon);
        Assert.InRange(branched.Acceptance.BranchesWon, 1, branched.Acceptance.Verifications);
    }

    [Theory]
    [InlineData(TidarMode.TwoPass, 1)]
    [InlineData(TidarMode.TwoPass, 13)]
    [InlineData(TidarMode.Fused, 8)]
    [InlineData(TidarMode.Fused, 40)]
    public void Branches_keep_to_their_rows(TidarMode mode, int rows)
    {
        FormulaModel model = FormulaModel.Hashed(20, 12, prefersRunnersUp: true);
        GenerationResult result = new TextGenerator(model).Generate([1], Options(mode, rows) with { Trace = true });
        int k = result.DraftLength, most = (mode == TidarMode.Fused ? k + (k * k) : k + 1) + rows;
        Assert.InRange(model.LargestPass, 1, most);
        Assert.InRange(result.Acceptance.BranchRows, 0, rows * result.Acceptance.Verifications);
        if (rows > k)
            Assert.True(result.Acceptance.BranchRows > 0);
    }

    [Fact]
    public void A_step_says_which_tokens_a_branch_won()
    {
        GenerationResult result = Generate(TidarMode.TwoPass, 30);
        List<int> text = [];
        foreach (DecodingStep step in result.Steps!)
        {
            int[] accepted = [.. step.AcceptedTokens];
            Assert.Equal(step.Accepted ?? 0, accepted.Length);
            if (step.Branch is { } branch)
                Assert.NotEqual(step.Draft!.Skip(accepted.Length - branch.Count).Take(branch.Count), branch);
            text.AddRange(accepted);
            if (step.Drafted == DraftSource.ExtraPass)
                text.Add(step.Corrected!.Value);
        }

        Assert.Equal(result.Ids, text.Take(result.Ids.Count));
        Assert.Equal(result.Acceptance.BranchTokens, result.Steps!.Sum(static s => s.Branch?.Count ?? 0));
    }

    [Fact]
    public void Fused_branches_have_their_next_draft_in_the_same_pass()
    {
        GenerationResult result = Generate(TidarMode.Fused, 300);
        Assert.Contains(result.Steps!, static s => s.Branch is not null);
        Assert.DoesNotContain(result.Steps!, static s => s.Drafted == DraftSource.ExtraPass);
    }

    [Fact]
    public void With_a_path_selector_alternatives_are_likelier_behind_what_they_follow()
    {
        FormulaModel model = FormulaModel.Hashed(25, 3, prefersRunnersUp: true);
        using PathSelector selector = FormulaModel.RandomSelector(model.Config, 5);
        model.Selector = selector;
        GenerationResult plain = new TextGenerator(model).Generate([1, 2, 3], Options(TidarMode.TwoPass, 0));
        GenerationResult branched = new TextGenerator(model).Generate([1, 2, 3], Options(TidarMode.TwoPass, 100));
        Assert.Equal(plain.Ids, branched.Ids);
        Assert.True(branched.Passes < plain.Passes);
    }

    private static GenerationResult Generate(TidarMode mode, int rows) =>
        new TextGenerator(FormulaModel.Hashed(20, 12, prefersRunnersUp: true)).Generate([1], Options(mode, rows) with { Trace = true });

    private static GenerationOptions Options(TidarMode mode, int rows) => new() { Mode = mode, Branches = rows, MaxTokens = 150 };
}
