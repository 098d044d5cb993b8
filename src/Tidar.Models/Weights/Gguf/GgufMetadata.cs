using System.Buffers.Binary;
using System.Globalization;
using Tidar.Kernels.Memory;

namespace Tidar.Models.Weights.Gguf;

/// <summary>
/// The metadata of a GGUF file. Opening walks over every value once, which checks that it lies inside the file; values are decoded when they are asked
/// for, so a vocabulary costs nothing to those who do not read it.
/// </summary>
public sealed class GgufMetadata
{
    private const int DeepestArray = 8;

    private readonly MappedFile _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private GgufMetadata(MappedFile file) => _file = file;

    /// <summary>Every key, in the file's order.</summary>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => _entries.ContainsKey(key);

    /// <summary>A string, or null where absent.</summary>
    /// <exception cref="InvalidInputException">The value is of another kind, or is not UTF-8.</exception>
    public string? Text(string key)
    {
        if (!_entries.TryGetValue(key, out Entry entry))
            return null;
        return entry.Type == GgufValueType.Text ? At(entry).Text(key) : throw Wrong(key, "a string", entry);
    }

    /// <summary>
    /// A whole number in [<paramref name="least"/>, <paramref name="most"/>], or null where absent; an array counts where its numbers are all equal.
    /// </summary>
    /// <exception cref="InvalidInputException">The value is of another kind or out of range.</exception>
    public int? Integer(string key, int least, int most)
    {
        if (!_entries.TryGetValue(key, out Entry entry))
            return null;
        Int128 value;
        if (entry.Type == GgufValueType.Array && entry.Count > 0 && IsWhole(entry.ItemType))
        {
            value = Whole(entry.ItemType, At(entry), key);
            GgufCursor cursor = At(entry);
            for (long i = 0; i < entry.Count; i++)
            {
                if (Whole(entry.ItemType, cursor, key) != value)
                    throw new InvalidInputException(_file.Path, key, "the same number for every layer", "different ones");
            }
        }
        else
        {
            value = IsWhole(entry.Type) ? Whole(entry.Type, At(entry), key) : throw Wrong(key, "a whole number", entry);
        }

        return value >= least && value <= most
            ? (int)value
            : throw new InvalidInputException(
                _file.Path, key, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"), $"{value}");
    }

    /// <summary>A finite number above <paramref name="above"/>, or null where absent.</summary>
    /// <exception cref="InvalidInputException">The value is of another kind or out of range.</exception>
    public double? Number(string key, double above)
    {
        if (!_entries.TryGetValue(key, out Entry entry))
            return null;
        double value = entry.Type switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(At(entry).Bytes(sizeof(float), key)),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(At(entry).Bytes(sizeof(double), key)),
            _ when IsWhole(entry.Type) => (double)Whole(entry.Type, At(entry), key),
            _ => throw Wrong(key, "a number", entry),
        };
        return double.IsFinite(value) && value > above
            ? value
            : throw new InvalidInputException(_file.Path, key, string.Create(CultureInfo.InvariantCulture, $"a number above {above}"), $"{value}");
    }

    /// <summary>true or false, or null where absent.</summary>
    /// <exception cref="InvalidInputException">The value is of another kind.</exception>
    public bool? Boolean(string key)
    {
        if (!_entries.TryGetValue(key, out Entry entry))
            return null;
        if (entry.Type != GgufValueType.Bool)
            throw Wrong(key, "true or false", entry);
        return At(entry).Bytes(1, key)[0] switch
        {
            0 => false,
            1 => true,
            byte other => throw new InvalidInputException(_file.Path, key, "0 (false) or 1 (true)", $"{other}"),
        };
    }

    /// <summary>An array of strings, or null where absent.</summary>
    /// <exception cref="InvalidInputException">The value is of another kind, or a string is not UTF-8.</exception>
    public string[]? Texts(string key) => Items(key, "an array of strings", static t => t == GgufValueType.Text, static (c, _, k) => c.Text(k));

    /// <summary>An array of whole numbers that fit 32 bits, or null where absent.</summary>
    /// <exception cref="InvalidInputException">The value is of another kind, or a number does not fit.</exception>
    public int[]? Integers(string key) => Items(key, "an array of whole numbers", IsWhole, (c, t, k) =>
        Whole(t, c, k) is var value && value >= int.MinValue && value <= int.MaxValue
            ? (int)value
            : throw new InvalidInputException(_file.Path, k, "whole numbers of 32 bits", $"{value}"));

    /// <summary>An array of single-precision numbers, or null where absent.</summary>
    /// <exception cref="InvalidInputException">The value is of another kind.</exception>
    public float[]? Numbers(string key) => Items(key, "an array of float32", static t => t == GgufValueType.Float32,
        static (c, _, k) => BinaryPrimitives.ReadSingleLittleEndian(c.Bytes(sizeof(float), k)));

    /// <summary>Number of items of an array, or null where the key is absent or no array.</summary>
    public long? ItemCount(string key) => _entries.TryGetValue(key, out Entry entry) && entry.Type == GgufValueType.Array ? entry.Count : null;

    /// <summary>A value as people read it; arrays as their length.</summary>
    public string Show(string key)
    {
        Entry entry = _entries[key];
        return entry.Type switch
        {
            GgufValueType.Array => string.Create(CultureInfo.InvariantCulture, $"[{entry.Count} × {entry.ItemType}]"),
            GgufValueType.Text => Text(key)!,
            GgufValueType.Bool => Boolean(key) == true ? "true" : "false",
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(At(entry).Bytes(sizeof(float), key)).ToString(CultureInfo.InvariantCulture),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(At(entry).Bytes(sizeof(double), key)).ToString(CultureInfo.InvariantCulture),
            _ => Whole(entry.Type, At(entry), key).ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Reads <paramref name="count"/> key-value pairs.</summary>
    internal static GgufMetadata Read(MappedFile file, GgufCursor cursor, long count)
    {
        GgufMetadata metadata = new(file);
        for (long i = 0; i < count; i++)
        {
            string key = cursor.Text("metadata key");
            GgufValueType type = ValueType(cursor, key);
            Entry entry;
            if (type == GgufValueType.Array)
            {
                (GgufValueType itemType, long items) = ArrayHeader(cursor, key);
                entry = new Entry(type, itemType, items, cursor.Position);
                SkipItems(cursor, itemType, items, key, depth: 1);
            }
            else
            {
                entry = new Entry(type, default, 1, cursor.Position);
                SkipItems(cursor, type, 1, key, depth: 0);
            }

            if (!metadata._entries.TryAdd(key, entry))
                throw new InvalidInputException(file.Path, key, "a key that occurs once", "it twice");
        }

        return metadata;
    }

    private static (GgufValueType ItemType, long Count) ArrayHeader(GgufCursor cursor, string key)
    {
        GgufValueType itemType = ValueType(cursor, key);
        return (itemType, cursor.Count(key, SmallestSize(itemType)));
    }

    private static void SkipItems(GgufCursor cursor, GgufValueType type, long count, string key, int depth)
    {
        if (type is not (GgufValueType.Text or GgufValueType.Array))
        {
            // The count was held against what is left of the file, so the product cannot wrap.
            cursor.Skip(count * SmallestSize(type), key);
            return;
        }

        if (type == GgufValueType.Array && depth == DeepestArray)
            throw new InvalidInputException(cursor.Source, key, $"arrays nested at most {DeepestArray} deep", "deeper ones");
        for (long i = 0; i < count; i++)
        {
            if (type == GgufValueType.Text)
            {
                cursor.SkipText(key);
                continue;
            }

            (GgufValueType itemType, long items) = ArrayHeader(cursor, key);
            SkipItems(cursor, itemType, items, key, depth + 1);
        }
    }

    private static GgufValueType ValueType(GgufCursor cursor, string key)
    {
        uint number = cursor.UInt32(key);
        return number <= (uint)GgufValueType.Float64
            ? (GgufValueType)number
            : throw new InvalidInputException(cursor.Source, key, "a value type from 0 to 12", $"{number}");
    }

    private static int SmallestSize(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.Array => sizeof(uint) + sizeof(ulong),
        _ => 8,
    };

    private static bool IsWhole(GgufValueType type) => type
        is not (GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.Bool or GgufValueType.Text or GgufValueType.Array);

    private static Int128 Whole(GgufValueType type, GgufCursor cursor, string key)
    {
        ReadOnlySpan<byte> bytes = cursor.Bytes(SmallestSize(type), key);
        return type switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
    }

    private T[]? Items<T>(string key, string expected, Func<GgufValueType, bool> fits, Func<GgufCursor, GgufValueType, string, T> read)
    {
        if (!_entries.TryGetValue(key, out Entry entry))
            return null;
        if (entry.Type != GgufValueType.Array || !fits(entry.ItemType) || entry.Count > Array.MaxLength)
            throw Wrong(key, expected, entry);
        T[] items = new T[entry.Count];
        GgufCursor cursor = At(entry);
        for (int i = 0; i < items.Length; i++)
            items[i] = read(cursor, entry.ItemType, key);
        return items;
    }

    private GgufCursor At(Entry entry) => new(_file, entry.Offset);

    private InvalidInputException Wrong(string key, string expected, Entry entry) =>
        new(_file.Path, key, expected, entry.Type == GgufValueType.Array ? $"an array of {entry.ItemType}" : $"{entry.Type}");

    // Offset: where the value begins; for an array, where its first item does.
    private readonly record struct Entry(GgufValueType Type, GgufValueType ItemType, long Count, long Offset);
}
