using Tidar.Decoding.Engine;
using Tidar.Models;
using Tidar.Models.Configuration;

namespace Tidar.Evaluation.Comparison;

/// <summary>The ways that are compared on a model.</summary>
/// <param name="Ways">The reference first.</param>
/// <param name="LeftOut">Ways that the model cannot do: name and reason.</param>
public sealed record WaySelection(IReadOnlyList<DecodingWay> Ways, IReadOnlyList<(string Name, string Reason)> LeftOut)
{
    private const string Source = "strategies";

    /// <summary>Selects ways by name, or all that suit the model.</summary>
    /// <param name="names">Names, or beginnings that several names share before a dash; null for all that suit the model. The reference is always among them.</param>
    /// <param name="options">What all ways share.</param>
    /// <param name="config">The model.</param>
    /// <param name="draft">Whether there is a draft model.</param>
    /// <exception cref="InvalidInputException">A name is unknown, the model cannot do what was selected, or the shared options are wrong.</exception>
    public static WaySelection Of(IReadOnlyList<string>? names, GenerationOptions options, ModelConfig config, bool draft = false)
    {
        WayModel model = new(config, options.DraftLengthFor(config));
        Resolve(DecodingWays.Reference, options, model);
        if (names is not null)
        {
            HashSet<DecodingWay> selected = [DecodingWays.Reference, .. names.SelectMany(Named)];
            foreach (DecodingWay way in selected)
                Check(way, options, model, draft);
            return new WaySelection([.. DecodingWays.All.Where(selected.Contains)], []);
        }

        List<DecodingWay> ways = [];
        List<(string Name, string Reason)> leftOut = [];
        foreach (DecodingWay way in DecodingWays.All.Where(w => w.Suits(config) && (draft || !w.NeedsDraftModel)))
        {
            try
            {
                Resolve(way, options, model);
                ways.Add(way);
            }
            catch (InvalidInputException refused)
            {
                leftOut.Add((way.Name, refused.Message));
            }
        }

        return new WaySelection(ways, leftOut);
    }

    private static IEnumerable<DecodingWay> Named(string name)
    {
        DecodingWay[] exact = [.. DecodingWays.All.Where(w => w.Name == name)];
        DecodingWay[] named = exact.Length > 0 ? exact : [.. DecodingWays.All.Where(w => w.Name.StartsWith($"{name}-", StringComparison.Ordinal))];
        return named.Length > 0
            ? named
            : throw new InvalidInputException(Source, null, $"some of {string.Join(", ", DecodingWays.All.Select(static w => w.Name))}", name.Length == 0 ? "an empty name" : name);
    }

    // Resolving the options is what finds mistakes.
    private static void Resolve(DecodingWay way, GenerationOptions options, WayModel model) => way.Options(options, model).PlannedDraftLength(model.Config);

    private static void Check(DecodingWay way, GenerationOptions options, WayModel model, bool draft)
    {
        if (way.NeedsDraftModel && !draft)
            throw new InvalidInputException(Source, way.Name, "a draft model beside the model", "none");
        try
        {
            Resolve(way, options, model);
        }
        catch (InvalidInputException refused)
        {
            throw new InvalidInputException(Source, way.Name, "a way that the model can decode", $"that it cannot ({refused.Message})", refused);
        }
    }
}
