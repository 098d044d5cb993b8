using Tidar.Models.Adapters;
using Tidar.Models.Configuration;

namespace Tidar.Training.Adapters;

/// <summary>Which linear layers an adapter acts on, and how large it is.</summary>
/// <param name="Model">The base model's shape.</param>
/// <param name="Rank">Rank of every pair of factors; modules of one group share their A.</param>
/// <param name="DraftLength">K.</param>
/// <param name="FirstLayer">First adapted decoder layer.</param>
/// <param name="LayerCount">Adapted decoder layers.</param>
/// <param name="Groups">Adapted groups of linear layers.</param>
/// <param name="SlotEmbeddings">A mask embedding of its own for every slot of a block, instead of one for all.</param>
public sealed record AdapterShape(
    ModelConfig Model, int Rank, int DraftLength, int FirstLayer, int LayerCount, IReadOnlyList<LinearGroup> Groups, bool SlotEmbeddings)
{
    /// <summary>Rows of the mask embedding.</summary>
    public int MaskRows => SlotEmbeddings ? DraftLength : 1;

    /// <summary>Whether a group of a layer has factors.</summary>
    public bool Has(int layer, LinearGroup group) => layer >= FirstLayer && layer < FirstLayer + LayerCount && Groups.Contains(group);
}
