namespace Tidar.Decoding.Engine;

/// <summary>What strategies have in common.</summary>
internal static class StrategyKindExtensions
{
    extension(StrategyKind strategy)
    {
        /// <summary>Whether guesses of somebody else are verified: a draft model's, or what the text said before.</summary>
        public bool IsSpeculative => strategy is StrategyKind.DraftModel or StrategyKind.PromptLookup;
    }
}
