using Tidar.Training.Adapters;
using Tidar.Training.Selectors;

namespace Tidar.Training.Tests.Selectors;

public sealed class SelectorBlocksTests
{
    [Fact]
    public void Matches_are_those_behind_the_text_before_a_slot()
    {
        // Positions   0  1  2  3  4  5  6  7
        int[] text = [9, 5, 6, 7, 5, 6, 8, 5];
        PreparedDocument document = new(text, [.. text.Select(static _ => true)]);
        using SelectorBlocks blocks = new(1, draftLength: 5, candidates: 3, hiddenSize: 2, exact: true);
        int block = blocks.Add();
        blocks.SetText(block, document, start: 4);
        for (int slot = 1; slot <= 4; slot++)
        {
            int[] candidates = [6, 7, -1];
            candidates.CopyTo(blocks.Tokens(block).Slice((slot - 1) * 3, 3));
            blocks.FindMatches(block, slot, document, start: 4);
        }

        // Slot 1 stands behind 5, which 6 followed; slot 2 behind 5 6, which 7 followed; slot 3 behind 8, which is new; slot 4 behind 5 again.
        Assert.Equal([1, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0], blocks.Matches(block).ToArray());
    }
}
