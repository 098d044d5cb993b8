using Tidar.Models;
using Tidar.Models.Chat;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;

namespace Tidar.Cli.Models;

/// <summary>The text side of a model: its tokenizer and its chat template, read when first needed.</summary>
internal sealed class ModelText
{
    private readonly string _path;
    private readonly Lazy<Tokenizer?> _tokenizer;
    private readonly Lazy<ChatFormat?> _format;

    /// <summary>The text side of an opened model, which must stay open.</summary>
    public ModelText(Checkpoint checkpoint)
    {
        _path = checkpoint.Path;
        _tokenizer = new(() => checkpoint.HasTokenizer ? checkpoint.LoadTokenizer() : null);
        _format = new(() => ChatFormat.Load(checkpoint));
    }

    /// <summary>The text side of a lone <c>tokenizer.json</c>, or of a folder that holds one and need not hold a model.</summary>
    public ModelText(string path)
    {
        _path = path;
        _tokenizer = new(() => Tokenizer.Load(path));
        _format = new(() => ChatFormat.LoadFolder(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!));
    }

    /// <summary>The tokenizer; null where the model comes without one.</summary>
    public Tokenizer? Tokenizer => _tokenizer.Value;

    /// <summary>The tokenizer, for text.</summary>
    /// <exception cref="InvalidInputException">The model comes without one, or it is malformed.</exception>
    public Tokenizer RequireTokenizer() =>
        Tokenizer ?? throw new InvalidInputException(_path, null, "a tokenizer, as the prompt is text (ids would do without)", "none");

    /// <summary>The chat template, for messages.</summary>
    /// <exception cref="InvalidInputException">The model comes without one, or it is malformed.</exception>
    public ChatFormat RequireChat() => _format.Value ?? throw new InvalidInputException(
        _path, null, "a chat template, as the prompt is a conversation (chat_template.jinja, or chat_template in tokenizer_config.json)", "none");
}
