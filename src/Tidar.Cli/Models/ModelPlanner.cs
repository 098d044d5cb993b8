using Tidar.Cli.Hosting;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Models;

namespace Tidar.Cli.Models;

/// <summary>Finds or measures the costs with which a planner chooses the steps of a model.</summary>
internal static class ModelPlanner
{
    /// <summary>The planner for texts with these options; null where they leave it nothing to choose.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Options of the texts.</param>
    /// <param name="file">A profile that the user names; null for the one in the cache.</param>
    /// <param name="context">For notes.</param>
    /// <exception cref="InvalidInputException">The named profile cannot be read.</exception>
    public static Planner? Create(LoadedModel model, GenerationOptions options, string? file, CommandContext context)
    {
        CostProfile? named = file is null ? null : CostProfile.Read(file);
        if (options.PlannedDraftLength(model.Config) is not int draftLength)
            return null;
        ProfileKey key = model.KeyOf(model.Config.Tidar?.DraftLength ?? draftLength);
        CostProfile? profile = named is null ? Stored(key, context) : named;
        if (profile is not null && profile.Key.DifferenceFrom(key) is null)
            return new Planner(profile.Costs, model.Config);
        if (profile is not null)
            context.Note($"{file ?? ProfileStore.PathOf(key)}: ignored, it was measured with {key.DifferenceFrom(profile.Key)}");
        return new Planner(CostMeasurement.Quick(model.Transformer, draftLength, context.Cancellation), model.Config);
    }

    // A file in the cache that cannot be read is no mistake of the user's: it is measured anew.
    private static CostProfile? Stored(ProfileKey key, CommandContext context)
    {
        string path = ProfileStore.PathOf(key);
        try
        {
            return File.Exists(path) ? CostProfile.Read(path) : null;
        }
        catch (Exception error) when (error is InvalidInputException or IOException or UnauthorizedAccessException)
        {
            context.Note($"{error.Message} (ignored; tidar profile measures anew)");
            return null;
        }
    }
}
