using System.Globalization;
using System.Reflection;

namespace Tidar.Models.Tokenization.Text;

/// <summary>
/// Tables of the Unicode Character Database that .NET does not offer under invariant globalization; the resource's head says how it was made.
/// </summary>
internal static class UnicodeData
{
    private static readonly Lazy<Tables> Loaded = new(Load);
    private static readonly Lazy<Dictionary<int, int[]>> Variants = new(FindCaseVariants);
    private static readonly Lazy<Dictionary<string, CodePointSet>> NamedSets = new(LoadSets);

    /// <summary>Full canonical decompositions, Hangul excepted.</summary>
    public static Dictionary<int, int[]> Canonical => Loaded.Value.Canonical;

    /// <summary>Full compatibility decompositions where they differ from the canonical ones, Hangul excepted.</summary>
    public static Dictionary<int, int[]> Compatibility => Loaded.Value.Compatibility;

    /// <summary>Primary composites by <c>first &lt;&lt; 32 | second</c>, Hangul excepted.</summary>
    public static Dictionary<long, int> Composites => Loaded.Value.Composites;

    /// <summary>Non-zero canonical combining classes.</summary>
    public static Dictionary<int, byte> CombiningClasses => Loaded.Value.Classes;

    /// <summary>For every cased code point, all others with the same simple case folding.</summary>
    public static Dictionary<int, int[]> CaseVariants => Variants.Value;

    /// <summary>Scripts, and the properties the resource names, by upper-case name.</summary>
    public static Dictionary<string, CodePointSet> Sets => NamedSets.Value;

    private static Tables Load()
    {
        var tables = new Tables([], [], [], [], []);
        var pairs = new List<(int Code, int First, int Second)>();
        foreach (string line in Lines("UnicodeData.txt"))
        {
            string[] parts = line.Split(' ');
            (int code, int run) = CodeAndRun(parts[1]);
            int[] values = Array.ConvertAll(parts[2..], Hex);
            for (int i = 0; i <= run; i++)
            {
                switch (parts[0])
                {
                    case "P":
                        pairs.Add((code, values[0], values[1]));
                        tables.Composites.Add(((long)values[0] << 32) | (uint)values[1], code);
                        break;
                    case "D":
                        tables.Canonical.Add(code + i, CountUp(values, i));
                        break;
                    case "K":
                        tables.Compatibility.Add(code + i, CountUp(values, i));
                        break;
                    case "R":
                        tables.Classes.Add(code + i, (byte)values[0]);
                        break;
                    default:
                        tables.Folds.Add(code + i, values[0] + i);
                        break;
                }
            }
        }

        ExpandComposites(pairs, tables.Canonical);
        return tables;
    }

    // A composite's first part may be a composite itself, listed before or after it.
    private static void ExpandComposites(List<(int Code, int First, int Second)> pairs, Dictionary<int, int[]> canonical)
    {
        Dictionary<int, (int First, int Second)> byCode = pairs.ToDictionary(p => p.Code, p => (p.First, p.Second));
        foreach ((int code, int first, int second) in pairs)
        {
            var tail = new Stack<int>([second]);
            int head = first;
            for (; byCode.TryGetValue(head, out (int First, int Second) inner); head = inner.First)
                tail.Push(inner.Second);
            canonical[code] = [.. canonical.TryGetValue(head, out int[]? other) && !byCode.ContainsKey(head) ? other : [head], .. tail];
        }
    }

    private static Dictionary<int, int[]> FindCaseVariants()
    {
        var variants = new Dictionary<int, int[]>();
        foreach (IGrouping<int, int> group in Loaded.Value.Folds.GroupBy(f => f.Value, f => f.Key))
        {
            int[] all = [group.Key, .. group];
            foreach (int member in all)
                variants[member] = Array.FindAll(all, c => c != member);
        }

        return variants;
    }

    private static Dictionary<string, CodePointSet> LoadSets()
    {
        var sets = new Dictionary<string, CodePointSet>(StringComparer.Ordinal);
        foreach (string line in Lines("UnicodeSets.txt"))
        {
            string[] parts = line.Split(' ');
            sets.Add(parts[0].ToUpperInvariant(), CodePointSet.OfRanges(parts[1..].Select(static r => r.Split('-')).Select(static r => (Hex(r[0]), Hex(r[^1])))));
        }

        return sets;
    }

    private static IEnumerable<string> Lines(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }

    private static (int Code, int Run) CodeAndRun(string text)
    {
        int plus = text.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? (Hex(text), 0) : (Hex(text[..plus]), Hex(text[(plus + 1)..]));
    }

    private static int[] CountUp(int[] values, int by) => by == 0 ? values : [values[0] + by];

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(
        Dictionary<int, int[]> Canonical,
        Dictionary<int, int[]> Compatibility,
        Dictionary<long, int> Composites,
        Dictionary<int, byte> Classes,
        Dictionary<int, int> Folds);
}
