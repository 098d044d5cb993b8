using System.Text.Json;
using Tidar.Cli.Output;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Weights.Inspection;

namespace Tidar.Cli.Inspection;

/// <summary>An inspection as a JSON object.</summary>
internal static class InspectionJson
{
    /// <summary>Writes the fields.</summary>
    public static void Write(Utf8JsonWriter writer, InspectionReport report)
    {
        writer.WriteString("path", report.Path);
        writer.WriteString("kind", InspectionNames.Of(report.Kind));
        if (report.Config is ModelConfig config)
            Write(writer, config);
        if (report.DraftLength is int draftLength)
            writer.WriteNumber("draft_length", draftLength);
        if (report.Selector is SelectorWeights selector)
            Write(writer, selector);
        if (report.Parameters is long parameters)
            writer.WriteNumber("parameters", parameters);
        if (report.Tokenizer is InspectedTokenizer tokenizer)
            Write(writer, tokenizer);
        writer.WriteStartArray("tensors");
        foreach (InspectedTensor tensor in report.Tensors)
            Write(writer, tensor);
        writer.WriteEndArray();
        if (report.Metadata.Count == 0)
            return;
        writer.WriteStartObject("metadata");
        foreach ((string key, string value) in report.Metadata)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ModelConfig config)
    {
        writer.WriteString("architecture", InspectionNames.Of(config.Architecture));
        foreach ((string name, int value) in InspectionNames.Sizes(config))
            writer.WriteNumber(name, value);
        writer.WriteBoolean("tie_word_embeddings", config.TiedEmbeddings);
        writer.WriteString("rope_type", InspectionNames.Of(config.Rope.Scaling));
        writer.WriteNumber("rope_theta", config.Rope.Theta);
        writer.Numbers("eos_token_ids", [.. config.EosTokenIds]);
        if (config.Diffusion is { } diffusion)
        {
            writer.WriteString("diffusion", InspectionNames.Of(diffusion.Kind));
            writer.WriteNumber("mask_token_id", diffusion.MaskTokenId);
            writer.WriteBoolean("shifted_logits", diffusion.ShiftedLogits);
        }

        if (config.Tidar is not TidarConfig tidar)
            return;
        writer.WriteNumber("draft_length", tidar.DraftLength);
        writer.WriteNumber("mask_token_id", tidar.MaskTokenId);
    }

    private static void Write(Utf8JsonWriter writer, SelectorWeights selector)
    {
        writer.WriteStartObject("selector");
        writer.WriteNumber("parameters", selector.ParameterCount);
        writer.WriteNumber("rank", selector.Rank);
        writer.WriteNumber("candidates", selector.Candidates);
        writer.WriteNumber("predecessors", selector.Predecessors);
        writer.WriteNumber("copy_length", selector.Copy.Length);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, InspectedTokenizer tokenizer)
    {
        writer.WriteStartObject("tokenizer");
        writer.WriteNumber("vocabulary", tokenizer.VocabularySize);
        writer.WriteNumber("added_tokens", tokenizer.AddedTokens);
        writer.WriteNumber("special_tokens", tokenizer.SpecialTokens);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, InspectedTensor tensor)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tensor.Name);
        writer.WriteString("dtype", tensor.DataType);
        writer.WriteStartArray("shape");
        foreach (long size in tensor.Shape)
            writer.WriteNumberValue(size);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
