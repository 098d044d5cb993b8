using Tidar.Models;
using Tidar.Models.Tokenization;

namespace Tidar.Training.Data;

/// <summary>Turns documents into token ids with a label each, ended by the end token.</summary>
internal sealed class DocumentEncoder(Tokenizer tokenizer, int endToken, int maskToken, string source)
{
    /// <summary>The next document of a stream, encoded; mistakes in it are named with its place.</summary>
    /// <exception cref="InvalidInputException">As for the other overload.</exception>
    public (int[] Tokens, bool[] Labelled) Encode(DocumentStream stream) => Encode(stream.Next(), stream.Place);

    /// <summary>
    /// Tokens of a document and which of them are targets. The first segment gets what the tokenizer puts before a text (such as BOS), as a user's prompt
    /// does; a rendered chat template has it already.
    /// </summary>
    /// <exception cref="InvalidInputException">The text contains the mask token.</exception>
    public (int[] Tokens, bool[] Labelled) Encode(IReadOnlyList<TextSegment> document, string place = "a document")
    {
        List<int> tokens = [];
        List<bool> labelled = [];
        foreach (TextSegment segment in document)
        {
            bool isStart = tokens.Count == 0 && !segment.HasSpecialTokens;
            foreach (int id in segment.Ids ?? tokenizer.Encode(segment.Text, addSpecialTokens: isStart, parseSpecialTokens: segment.HasSpecialTokens))
            {
                if ((uint)id >= (uint)tokenizer.VocabularySize)
                    throw new InvalidInputException(source, "data", $"token ids from 0 to {tokenizer.VocabularySize - 1}", $"{id} in {place}");
                if (id == maskToken)
                    throw new InvalidInputException(source, "data", "text without the mask token", $"\"{tokenizer.GetToken(id)}\" ({id}) in {place}");
                tokens.Add(id);
                labelled.Add(segment.IsTarget);
            }
        }

        bool isWhole = document.Count > 0 && document[^1].Ids is not null;
        if (!isWhole && (tokens.Count == 0 || tokens[^1] != endToken))
        {
            tokens.Add(endToken);
            labelled.Add(true);
        }

        return ([.. tokens], [.. labelled]);
    }
}
