namespace Tidar.Cli.Prompts;

/// <summary>What a line of a prompts file may hold, by command.</summary>
[Flags]
internal enum PromptFields
{
    /// <summary><c>prompt</c>: text.</summary>
    Prompt = 1,

    /// <summary><c>ids</c>: token ids.</summary>
    Ids = 2,

    /// <summary><c>messages</c>: a conversation for the chat template.</summary>
    Messages = 4,

    /// <summary>Beside one of the others, <c>completion</c> or <c>completion_ids</c>: what stands behind it.</summary>
    Completion = 8,
}
