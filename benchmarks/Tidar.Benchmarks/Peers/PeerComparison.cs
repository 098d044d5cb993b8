using System.Globalization;
using System.Text.Json;
using Tidar.Kernels;

namespace Tidar.Benchmarks.Peers;

/// <summary>
/// Runs llama.cpp and <c>tidar bench</c> in turns on the same files with the same number of threads, and prints one Markdown table a file. Each round
/// gives a ratio; the table shows the median of the rounds, since the machine's other work comes and goes.
/// </summary>
internal static class PeerComparison
{
    private const string Slots = "1,8,24,80,272";
    private const string Context = "256";
    private const string Prompt = "512";
    private const string Decoded = "64";
    private const double BusyLoad = 1;

    /// <summary>Writes the files that both sides run.</summary>
    public static int WriteFiles(string folder)
    {
        string shared = Environment.GetEnvironmentVariable("TIDAR_SHARED") ?? Path.Combine("..", "shared");
        if (!Directory.Exists(Path.Combine(shared, "models")))
            return Refuse($"{shared} holds no models: run this beside the folder 'shared', or name it in TIDAR_SHARED");
        PeerFiles.Write(shared, folder);
        return 0;
    }

    /// <summary>Runs the comparison: <c>FILES PEERS [THREADS [ROUNDS [FILTER]]]</c>.</summary>
    public static int Run(string[] args)
    {
        if (args is not [string files, string peers, .. string[] rest])
            return Refuse("expected --peer-comparison FILES PEERS [THREADS [ROUNDS [FILTER]]]: a folder for the model files, and one with node_modules/node-llama-cpp");
        if (!Directory.Exists(Path.Combine(peers, "node_modules", "node-llama-cpp")))
            return Refuse($"{peers} holds no node_modules/node-llama-cpp: run `npm install node-llama-cpp@3.22.1` there");
        int threads = rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        int rounds = rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 3;
        string filter = rest.Length > 2 ? rest[2] : "";
        int code = WriteFiles(files);
        if (code != 0)
            return code;
        Console.WriteLine(
            $"{Processor.Name}, tier {Processor.Tier.ToString().ToLowerInvariant()}, {threads} threads, {rounds} rounds; load average before: {Command.LoadAverage()}");
        WarnWhenBusy();
        foreach (string model in PeerFiles.Models)
        {
            foreach (BlockType format in PeerFiles.Formats)
            {
                string path = Path.GetFullPath(PeerFiles.PathOf(files, model, format));
                if (path.Contains(filter, StringComparison.Ordinal))
                    Compare(path, format == BlockType.Q8 ? "int8" : "int4", peers, threads, rounds);
            }
        }

        return 0;
    }

    private static void Compare(string file, string weights, string peers, int threads, int rounds)
    {
        List<Measured> theirs = [], ours = [];
        for (int round = 0; round < rounds; round++)
        {
            theirs.Add(Peer(file, peers, threads));
            ours.Add(Tidar(file, weights, threads));
        }

        Console.WriteLine();
        Console.WriteLine($"{Path.GetFileName(file)} against `--weights {weights}`, load average {Command.LoadAverage()}");
        Console.WriteLine();
        Console.WriteLine("| what | llama.cpp | tidar | times as fast | roofline share |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int i = 0; i < ours[0].Milliseconds.Length; i++)
        {
            string name = i < ours[0].Milliseconds.Length - 1 ? $"{Slots.Split(',')[i]} slots, ms" : $"prefill of {Prompt}, ms";
            Row(name, [.. theirs.Select(m => m.Milliseconds[i])], [.. ours.Select(m => m.Milliseconds[i])], [.. ours.Select(m => m.Shares![i])], rateIsBetter: false);
        }

        Row(
            "AR tokens/s",
            [.. theirs.Select(m => m.TokensPerSecond)],
            [.. ours.Select(m => m.TokensPerSecond)],
            [.. ours.Select(m => m.Shares![^1])],
            rateIsBetter: true);
    }

    private static void Row(string name, double[] theirs, double[] ours, double[] shares, bool rateIsBetter)
    {
        double[] ratios = [.. theirs.Zip(ours, (t, o) => rateIsBetter ? o / t : t / o)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Median(theirs):F1} | {Median(ours):F1} | {Median(ratios):F2} ({ratios.Min():F2}–{ratios.Max():F2}) | {Median(shares):F2} |"));
    }

    private static Measured Peer(string file, string peers, int threads)
    {
        string script = Path.Combine(Command.Repository, "benchmarks", "peers", "llamacpp.mjs");
        JsonElement result = Command.Json("node", peers, script, file, $"{threads}", Slots, Context, Prompt, Decoded);
        double[] steps = [.. result.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("ms").GetDouble())];
        double prefill = result.GetProperty("prefill").GetProperty("ms").GetDouble();
        return new Measured([.. steps, prefill], result.GetProperty("decode").GetProperty("tokens_per_second").GetDouble(), null);
    }

    private static Measured Tidar(string file, string weights, int threads)
    {
        JsonElement[] Rows(params string[] work) =>
            [.. Command.Bench([.. work, "--model", file, "--weights", weights, "--threads", $"{threads}"]).GetProperty("rows").EnumerateArray()];
        JsonElement[] timed = [.. Rows("step", "--slots", Slots, "--context", Context), .. Rows("prefill", "--tokens", Prompt)];
        JsonElement decode = Rows("decode", "--tokens", Decoded, "--context", Context)[0];
        return new Measured(
            [.. timed.Select(r => r.GetProperty("ms").GetDouble())],
            decode.GetProperty("tokens_per_second").GetDouble(),
            [.. timed.Append(decode).Select(r => r.GetProperty("roofline_share").GetDouble())]);
    }

    private static void WarnWhenBusy()
    {
        string recent = Command.LoadAverage().Split(' ')[0];
        if (double.TryParse(recent, CultureInfo.InvariantCulture, out double load) && load > BusyLoad)
        {
            Console.WriteLine();
            Console.WriteLine("**This machine is busy. llama.cpp's threads wait for each other at barriers and lose far more than ours: these ratios flatter us and mean nothing.**");
        }
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static int Refuse(string line)
    {
        Console.Error.WriteLine(line);
        return 2;
    }

    // Milliseconds: each slot count, then the prompt. Shares: the same, then decoding.
    private sealed record Measured(double[] Milliseconds, double TokensPerSecond, double[]? Shares);
}
