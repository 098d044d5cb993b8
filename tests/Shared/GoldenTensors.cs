using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Tidar.Tests;

/// <summary>Reads expected numbers from safetensors files with a few lines of its own, so that goldens do not pass through the code under test.</summary>
internal static class GoldenTensors
{
    /// <summary>Every float32 tensor of the file.</summary>
    public static Dictionary<string, float[]> ReadFloats(string path) =>
        Entries(path).Where(e => e.Type == "F32").ToDictionary(e => e.Name, e => MemoryMarshal.Cast<byte, float>(e.Bytes).ToArray(), StringComparer.Ordinal);

    /// <summary>One float64 tensor.</summary>
    public static double[] ReadDoubles(string path, string name) => MemoryMarshal.Cast<byte, double>(Entries(path).Single(e => e.Name == name && e.Type == "F64").Bytes).ToArray();

    /// <summary>One int64 or int32 tensor as integers.</summary>
    public static int[] ReadInts(string path, string name)
    {
        (_, string type, byte[] bytes) = Entries(path).Single(e => e.Name == name);
        return type == "I64" ? [.. MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(v => checked((int)v))] : MemoryMarshal.Cast<byte, int>(bytes).ToArray();
    }

    /// <summary>The strings of <c>__metadata__</c>.</summary>
    public static Dictionary<string, string> ReadMetadata(string path)
    {
        using JsonDocument header = Header(File.ReadAllBytes(path), out _);
        return header.RootElement.TryGetProperty("__metadata__", out JsonElement metadata)
            ? metadata.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal)
            : [];
    }

    private static IEnumerable<(string Name, string Type, byte[] Bytes)> Entries(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        using JsonDocument header = Header(file, out int start);
        foreach (JsonProperty tensor in header.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
        {
            JsonElement offsets = tensor.Value.GetProperty("data_offsets");
            yield return (tensor.Name, tensor.Value.GetProperty("dtype").GetString()!, file[(start + offsets[0].GetInt32())..(start + offsets[1].GetInt32())]);
        }
    }

    private static JsonDocument Header(byte[] file, out int start)
    {
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        start = 8 + length;
        return JsonDocument.Parse(file.AsMemory(8, length));
    }
}
