using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Tidar.Kernels;
using Tidar.Models.Tokenization;

namespace Tidar.Benchmarks;

/// <summary>
/// Encodes and decodes the megabyte of shared/goldens/tokenizers as one string, on one thread, and compares the time with the one recorded there for Hugging
/// Face's Rust library. As for the peer: a freshly loaded tokenizer, the best of five. The first encoding, caches empty and code not yet
/// optimized, is shown too.
/// </summary>
internal static class TokenizerComparison
{
    private const int Repetitions = 5;

    public static int Run(string[] names)
    {
        string shared = Environment.GetEnvironmentVariable("TIDAR_SHARED") ?? Path.Combine("..", "shared");
        string goldens = Path.Combine(shared, "goldens", "tokenizers");
        if (!Directory.Exists(goldens))
        {
            Console.Error.WriteLine($"{goldens} is absent: run this beside the folder 'shared', or name it in TIDAR_SHARED");
            return 2;
        }

        string text = File.ReadAllText(Path.Combine(goldens, "throughput.txt"));
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(goldens, "throughput.json")));
        Console.WriteLine($"{Processor.Name}, {Environment.ProcessorCount} cores, .NET {Environment.Version}; {text.Length} characters; times in milliseconds");
        Console.WriteLine();
        Console.WriteLine("| tokenizer | ids equal | load | first encode | encode | peer | ours/peer | decode | peer | ours/peer |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (JsonProperty entry in recorded.RootElement.GetProperty("tokenizers").EnumerateObject())
        {
            if (names.Length == 0 || names.Contains(entry.Name))
                Compare(entry, Path.Combine(shared, "data", "tokenizers", entry.Name), text);
        }

        return 0;
    }

    private static void Compare(JsonProperty entry, string folder, string text)
    {
        long start = Stopwatch.GetTimestamp();
        Tokenizer tokenizer = Tokenizer.Load(folder);
        double load = Milliseconds(start), first = 0, encode = double.MaxValue, decode = double.MaxValue;
        int[] ids = [];
        for (int i = 0; i < Repetitions; i++)
        {
            start = Stopwatch.GetTimestamp();
            ids = tokenizer.Encode(text, addSpecialTokens: false);
            double took = Milliseconds(start);
            first = i == 0 ? took : first;
            encode = Math.Min(encode, took);
            start = Stopwatch.GetTimestamp();
            tokenizer.Decode(ids);
            decode = Math.Min(decode, Milliseconds(start));
        }

        // The peer's faster way of encoding, without offsets, is the fair one: we give no offsets either.
        double peerEncode = 1000 * Math.Min(entry.Value.GetProperty("encode_s").GetDouble(), entry.Value.GetProperty("encode_fast_s").GetDouble());
        double peerDecode = 1000 * entry.Value.GetProperty("decode_s").GetDouble();
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan())));
        string equal = hash == entry.Value.GetProperty("ids_sha256_int32le").GetString() ? "yes" : "NO";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {entry.Name} | {equal} | {load:F0} | {first:F0} | {encode:F1} | {peerEncode:F0} | {encode / peerEncode:F3} | {decode:F1} | {peerDecode:F0} | {decode / peerDecode:F3} |"));
    }

    private static double Milliseconds(long start) => Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}
