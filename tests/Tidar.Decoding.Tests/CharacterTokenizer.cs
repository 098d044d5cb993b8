using System.Text;
using Tidar.Models.Tokenization;

namespace Tidar.Decoding.Tests;

/// <summary>
/// A tokenizer whose id i is the letter at i, for models of a small vocabulary; the last id is the mask token <c>&lt;mask&gt;</c>, the one before it
/// <c>&lt;eos&gt;</c>.
/// </summary>
internal static class CharacterTokenizer
{
    /// <summary>Creates it.</summary>
    /// <param name="vocabulary">V.</param>
    /// <param name="swapped">The letter that has changed places with the one behind it; -1 for none.</param>
    public static Tokenizer Create(int vocabulary, int swapped = -1)
    {
        int letters = vocabulary - 2;
        string entries = string.Join(',', Enumerable.Range(0, letters).Select(i => $"\"{(char)('a' + Place(i))}\":{i}"));
        string json = $$"""
            {
              "added_tokens": [{{Special(letters, "<eos>")}}, {{Special(letters + 1, "<mask>")}}],
              "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
              "model": {"type": "BPE", "vocab": { {{entries}}, "<eos>": {{letters}}, "<mask>": {{letters + 1}} }, "merges": []}
            }
            """;
        return Tokenizer.FromJson(Encoding.UTF8.GetBytes(json), "test");

        int Place(int i) => i == swapped ? i + 1 : i - 1 == swapped && swapped >= 0 ? i - 1 : i;
    }

    private static string Special(int id, string content) =>
        $$"""{"id": {{id}}, "content": "{{content}}", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}""";
}
