namespace Tidar.Training.Recipes;

/// <summary>Reads an entry of a recipe's list of data.</summary>
internal static class DataRecipeReader
{
    /// <summary>Reads one entry; paths are relative to <paramref name="folder"/>.</summary>
    public static DataRecipe Read(YamlFields fields, string folder)
    {
        string[] kinds = ["text", "jsonl", "generator"];
        string[] given = [.. kinds.Where(fields.Has)];
        if (given.Length != 1)
            throw fields.Error(given.Length == 0 ? "text" : given[1], "one of text, jsonl and generator", given.Length == 0 ? "none" : "several");
        string? text = fields.OptionalText("text"), lines = fields.OptionalText("jsonl"), generator = fields.OptionalText("generator");
        DataKind kind = lines is not null ? DataKind.JsonLines : generator is not null ? DataKind.Generator : DataKind.Text;
        string location = text ?? lines ?? generator ?? throw fields.Error(given[0], "a name", "nothing");
        DataRecipe data = new(
            kind,
            kind == DataKind.Generator ? location : Path.GetFullPath(Path.Combine(folder, location)),
            fields.Number("weight", 1e-9, 1e9, 1),
            kind == DataKind.Text ? fields.OptionalText("separator") : null,
            kind == DataKind.Generator ? 0 : fields.Number("held_out", 0, 0.5, 0.01),
            fields.Flag("train_on_prompts", fallback: false));
        fields.Finish();
        return data;
    }
}
