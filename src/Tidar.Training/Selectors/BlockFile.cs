using System.Security.Cryptography;
using System.Text;
using Tidar.Models.Adapters;
using Tidar.Models.Files;
using Tidar.Models.Weights;
using Tidar.Training.Recipes;

namespace Tidar.Training.Selectors;

/// <summary>
/// The drafted blocks of a run on disk (<c>blocks.bin</c> in its output folder), so that going on, or training another selector over the same drafts, need not draft again. The file begins with a key of
/// everything that decides the blocks; one with another key is not used.
/// </summary>
internal static class BlockFile
{
    private const string Name = "blocks.bin";

    /// <summary>Settings of a recipe that decide its blocks.</summary>
    private static readonly string[] Deciding = ["seed", "data", "blocks.", "selector.candidates"];

    /// <summary>What decides the blocks of a recipe.</summary>
    public static string Key(SelectorRecipe recipe, Checkpoint checkpoint, MaskAdapter? adapter, string format)
    {
        StringBuilder key = new("with matches\n");
        foreach ((string name, string value) in recipe.Settings.Where(s => Deciding.Any(d => s.Key.StartsWith(d, StringComparison.Ordinal))))
            key.Append(name).Append('=').Append(value).Append('\n');
        key.Append("teacher=").Append(recipe.SoftShare > 0).Append('\n').Append("evaluation.documents=").Append(recipe.EvaluationDocuments).Append('\n').Append("weights=").Append(format).Append('\n');
        foreach (string source in checkpoint.Tensors.Select(static t => t.Source).Distinct().Concat(recipe.Data.Select(static d => d.Location)).Where(File.Exists))
            key.Append(new FileInfo(source).Length).Append(' ').Append(File.GetLastWriteTimeUtc(source).Ticks).Append('\n');
        if (adapter is not null)
        {
            using FileStream tensors = File.OpenRead(Path.Combine(adapter.Path, AdapterNames.TensorFile));
            key.Append(Convert.ToHexString(SHA256.HashData(tensors)));
        }

        return key.ToString();
    }

    /// <summary>Reads blocks into empty ones of the right shape.</summary>
    /// <returns>False where there is no whole file of that key.</returns>
    public static bool TryRead(string folder, string key, params ReadOnlySpan<SelectorBlocks> all)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            return false;
        using BinaryReader reader = new(File.OpenRead(path));
        if (reader.ReadString() != key)
            return false;
        foreach (SelectorBlocks blocks in all)
            blocks.Read(reader);
        return true;
    }

    /// <summary>Writes blocks.</summary>
    /// <exception cref="Models.InvalidInputException">The folder cannot be written.</exception>
    public static void Write(string folder, string key, params SelectorBlocks[] all)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, Name), stream =>
        {
            using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(key);
            foreach (SelectorBlocks blocks in all)
                blocks.Write(writer);
        });
    }
}
