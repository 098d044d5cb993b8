using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Turns what a caller passes in into values of the template language.</summary>
internal static class ValueReader
{
    // What a value counts in characters, besides those of its text: enough for a template to look at it a hundred times.
    private const int ValueGrant = 100;

    /// <summary>All variables of a rendering.</summary>
    public static PyDict ReadVariables(Budget budget, IReadOnlyDictionary<string, object?> variables)
    {
        PyDict dict = new(variables.Count);
        foreach ((string name, object? value) in variables)
            dict.Set(name, Read(budget, value));
        return dict;
    }

    private static object? Read(Budget budget, object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.GrantInput(ValueGrant);
        switch (value)
        {
            case null:
                return null;
            case string text:
                budget.GrantInput(text.Length);
                return text;
            case bool truth:
                return Numbers.Box(truth);
            case double or float:
                return Convert.ToDouble(value, CultureInfo.InvariantCulture);
            case sbyte or byte or short or ushort or int or uint or long:
                return Numbers.Box(Convert.ToInt64(value, CultureInfo.InvariantCulture));
            case ulong number:
                return Numbers.Box(new BigInteger(number));
            case BigInteger number:
                return budget.Integer(number);
            case JsonElement element:
                return ReadJson(budget, element);
            case JsonNode node:
                return ReadJson(budget, node.Deserialize<JsonElement>());
            case IDictionary dictionary:
                return ReadDictionary(budget, dictionary);
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                return ReadPairs(budget, pairs);
            case IEnumerable items:
                return new PyList([.. items.Cast<object?>().Select(item => Read(budget, item))]);
            default:
                throw Fail.Type($"a variable of type {value.GetType().Name} cannot be passed to a template");
        }
    }

    private static PyDict ReadDictionary(Budget budget, IDictionary dictionary)
    {
        PyDict dict = new(dictionary.Count);
        foreach (DictionaryEntry entry in dictionary)
            dict.Set(budget, Read(budget, entry.Key), Read(budget, entry.Value));
        return dict;
    }

    private static PyDict ReadPairs(Budget budget, IEnumerable<KeyValuePair<string, object?>> pairs)
    {
        PyDict dict = new();
        foreach ((string key, object? value) in pairs)
            dict.Set(key, Read(budget, value));
        return dict;
    }

    private static object? ReadJson(Budget budget, JsonElement element)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.GrantInput(ValueGrant);
        switch (element.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            case JsonValueKind.True:
                return Numbers.True;
            case JsonValueKind.False:
                return Numbers.False;
            case JsonValueKind.Number:
                return ReadNumber(budget, element);
            case JsonValueKind.String:
                return ReadText(budget, element);
            case JsonValueKind.Array:
                List<object?> items = new(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                    items.Add(ReadJson(budget, item));
                return new PyList(items);
            default:
                PyDict dict = new();
                foreach (JsonProperty member in element.EnumerateObject())
                    dict.Set(member.Name, ReadJson(budget, member.Value));
                return dict;
        }
    }

    private static object ReadNumber(Budget budget, JsonElement element)
    {
        if (element.TryGetInt64(out long number))
            return Numbers.Box(number);
        string text = element.GetRawText();
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
            return element.GetDouble();
        budget.IntegerBits((text.Length - 2) * Math.Log2(10));
        return budget.Integer(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }

    private static string ReadText(Budget budget, JsonElement element)
    {
        try
        {
            string text = element.GetString()!;
            budget.GrantInput(text.Length);
            return text;
        }
        catch (InvalidOperationException e)
        {
            throw new TemplateException(TemplateErrorKind.Value, "a JSON text that is not valid Unicode (an unpaired surrogate)", 0, e);
        }
    }
}
