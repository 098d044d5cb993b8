using Tidar.Models;
using Tidar.Models.Files;
using Tidar.Models.Weights;
using Tidar.Training.Recipes;

namespace Tidar.Training.Checkpoints;

/// <summary>Files beside a tokenizer that say how to talk to the model; they go into every checkpoint as they are.</summary>
/// <param name="files">Names and contents.</param>
internal sealed class Companions(IReadOnlyList<(string Name, byte[] Content)> files)
{
    private const string Template = "chat_template.jinja";

    private static readonly string[] Names = [Template, "tokenizer_config.json", "special_tokens_map.json"];

    /// <summary>Those of a recipe: beside its tokenizer, or of the checkpoint that it starts from (a GGUF file carries its chat template inside).</summary>
    /// <exception cref="InvalidInputException">A file cannot be read.</exception>
    public static Companions Of(Recipe recipe, Checkpoint? initial)
    {
        if (recipe.Tokenizer.Folder is { } folder)
            return InFolder(folder);
        if (initial is null)
            return new Companions([]);
        if (initial.Gguf is null)
            return InFolder(initial.Path);
        return new Companions(initial.ChatTemplate is { } template ? [(Template, System.Text.Encoding.UTF8.GetBytes(template))] : []);
    }

    /// <summary>Those of a folder.</summary>
    /// <exception cref="InvalidInputException">A file cannot be read.</exception>
    public static Companions InFolder(string folder) =>
        new([.. Names.Select(name => (Name: name, Path: Path.Combine(folder, name))).Where(static f => File.Exists(f.Path)).Select(static f => (f.Name, InputFile.ReadBytes(f.Path)))]);

    /// <summary>Writes them into a folder.</summary>
    public void Write(string folder)
    {
        foreach ((string name, byte[] content) in files)
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(content));
    }
}
