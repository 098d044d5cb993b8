using System.Globalization;
using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Full Unicode case mapping as Python does it. .NET maps one character to one and leaves out two letters that map to ASCII; these, the
/// characters that become several, and those whose title case differs from upper case are listed here (Unicode's SpecialCasing.txt, UnicodeData.txt).
/// </summary>
internal static class Casing
{
    // Character by character, through tables.
    private const long CostBeyondAscii = 16;

    // Each entry: the character, then what it becomes.
    private const string UpperEntries =
        "\u00DFSS \u0131I \u017FS \u0149\u02BCN \u01F0J\u030C \u0390\u0399\u0308\u0301 \u03B0\u03A5\u0308\u0301 \u0587\u0535\u0552 \u1E96H\u0331 " +
        "\u1E97T\u0308 \u1E98W\u030A \u1E99Y\u030A \u1E9AA\u02BE \u1F50\u03A5\u0313 \u1F52\u03A5\u0313\u0300 \u1F54\u03A5\u0313\u0301 " +
        "\u1F56\u03A5\u0313\u0342 \u1F80\u1F08\u0399 \u1F81\u1F09\u0399 \u1F82\u1F0A\u0399 \u1F83\u1F0B\u0399 \u1F84\u1F0C\u0399 " +
        "\u1F85\u1F0D\u0399 \u1F86\u1F0E\u0399 \u1F87\u1F0F\u0399 \u1F88\u1F08\u0399 \u1F89\u1F09\u0399 \u1F8A\u1F0A\u0399 " +
        "\u1F8B\u1F0B\u0399 \u1F8C\u1F0C\u0399 \u1F8D\u1F0D\u0399 \u1F8E\u1F0E\u0399 \u1F8F\u1F0F\u0399 \u1F90\u1F28\u0399 " +
        "\u1F91\u1F29\u0399 \u1F92\u1F2A\u0399 \u1F93\u1F2B\u0399 \u1F94\u1F2C\u0399 \u1F95\u1F2D\u0399 \u1F96\u1F2E\u0399 " +
        "\u1F97\u1F2F\u0399 \u1F98\u1F28\u0399 \u1F99\u1F29\u0399 \u1F9A\u1F2A\u0399 \u1F9B\u1F2B\u0399 \u1F9C\u1F2C\u0399 " +
        "\u1F9D\u1F2D\u0399 \u1F9E\u1F2E\u0399 \u1F9F\u1F2F\u0399 \u1FA0\u1F68\u0399 \u1FA1\u1F69\u0399 \u1FA2\u1F6A\u0399 " +
        "\u1FA3\u1F6B\u0399 \u1FA4\u1F6C\u0399 \u1FA5\u1F6D\u0399 \u1FA6\u1F6E\u0399 \u1FA7\u1F6F\u0399 \u1FA8\u1F68\u0399 " +
        "\u1FA9\u1F69\u0399 \u1FAA\u1F6A\u0399 \u1FAB\u1F6B\u0399 \u1FAC\u1F6C\u0399 \u1FAD\u1F6D\u0399 \u1FAE\u1F6E\u0399 " +
        "\u1FAF\u1F6F\u0399 \u1FB2\u1FBA\u0399 \u1FB3\u0391\u0399 \u1FB4\u0386\u0399 \u1FB6\u0391\u0342 \u1FB7\u0391\u0342\u0399 " +
        "\u1FBC\u0391\u0399 \u1FC2\u1FCA\u0399 \u1FC3\u0397\u0399 \u1FC4\u0389\u0399 \u1FC6\u0397\u0342 \u1FC7\u0397\u0342\u0399 " +
        "\u1FCC\u0397\u0399 \u1FD2\u0399\u0308\u0300 \u1FD3\u0399\u0308\u0301 \u1FD6\u0399\u0342 \u1FD7\u0399\u0308\u0342 " +
        "\u1FE2\u03A5\u0308\u0300 \u1FE3\u03A5\u0308\u0301 \u1FE4\u03A1\u0313 \u1FE6\u03A5\u0342 \u1FE7\u03A5\u0308\u0342 " +
        "\u1FF2\u1FFA\u0399 \u1FF3\u03A9\u0399 \u1FF4\u038F\u0399 \u1FF6\u03A9\u0342 \u1FF7\u03A9\u0342\u0399 \u1FFC\u03A9\u0399 \uFB00FF " +
        "\uFB01FI \uFB02FL \uFB03FFI \uFB04FFL \uFB05ST \uFB06ST \uFB13\u0544\u0546 \uFB14\u0544\u0535 \uFB15\u0544\u053B " +
        "\uFB16\u054E\u0546 \uFB17\u0544\u053D";

    private const string TitleEntries =
        "\u00DFSs \u01C4\u01C5 \u01C5\u01C5 \u01C6\u01C5 \u01C7\u01C8 \u01C8\u01C8 \u01C9\u01C8 \u01CA\u01CB \u01CB\u01CB \u01CC\u01CB " +
        "\u01F1\u01F2 \u01F2\u01F2 \u01F3\u01F2 \u0587\u0535\u0582 \u1FB2\u1FBA\u0345 \u1FB3\u1FBC \u1FB4\u0386\u0345 " +
        "\u1FB7\u0391\u0342\u0345 \u1FBC\u1FBC \u1FC2\u1FCA\u0345 \u1FC3\u1FCC \u1FC4\u0389\u0345 \u1FC7\u0397\u0342\u0345 \u1FCC\u1FCC " +
        "\u1FF2\u1FFA\u0345 \u1FF3\u1FFC \u1FF4\u038F\u0345 \u1FF7\u03A9\u0342\u0345 \u1FFC\u1FFC \uFB00Ff \uFB01Fi \uFB02Fl \uFB03Ffi " +
        "\uFB04Ffl \uFB05St \uFB06St \uFB13\u0544\u0576 \uFB14\u0544\u0565 \uFB15\u0544\u056B \uFB16\u054E\u0576 \uFB17\u0544\u056D";

    private static readonly Dictionary<int, string> SpecialUpper = Parse(UpperEntries);
    private static readonly Dictionary<int, string> SpecialTitle = Parse(TitleEntries);

    public static string Upper(Budget budget, string text) => IsAscii(budget, text) ? text.ToUpperInvariant() : Map(text, AppendUpper);

    public static string Lower(Budget budget, string text) => IsAscii(budget, text) ? text.ToLowerInvariant() : LowerFull(text);

    /// <summary>Case folding, for comparison without regard to case.</summary>
    public static string Fold(Budget budget, string text) => IsAscii(budget, text) ? text.ToLowerInvariant() : Map(text, AppendFolded);

    /// <summary>First character in title case, the others in lower case.</summary>
    public static string Capitalize(Budget budget, string text)
    {
        budget.Text(text.Length);
        if (text.Length == 0)
            return text;
        StringBuilder first = new();
        AppendLower(first, text, 0, RuneAt(text, 0));
        StringBuilder result = new();
        AppendTitle(result, RuneAt(text, 0));
        return result.Append(LowerFull(text).AsSpan(first.Length)).ToString();
    }

    /// <summary>The first cased character of every word in title case, the others in lower case.</summary>
    public static string Title(Budget budget, string text)
    {
        IsAscii(budget, text);
        StringBuilder result = new(text.Length);
        bool insideWord = false;
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = RuneAt(text, at);
            if (insideWord)
                AppendLower(result, text, at, point);
            else
                AppendTitle(result, point);
            insideWord = IsCased(point);
        }

        return result.ToString();
    }

    public static string SwapCase(Budget budget, string text)
    {
        IsAscii(budget, text);
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = RuneAt(text, at);
            if (IsUpper(point))
                AppendLower(result, text, at, point);
            else if (IsLower(point))
                AppendUpper(result, point);
            else
                PythonText.Append(result, point);
        }

        return result.ToString();
    }

    /// <summary>Unicode's property Lowercase.</summary>
    public static bool IsLower(int point) => point < 128 ? point is >= 'a' and <= 'z' : Category(point) == UnicodeCategory.LowercaseLetter || point switch
    {
        0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A => true,
        (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x2071 or 0x207F or (>= 0x2090 and <= 0x209C) => true,
        (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770 or 0xA7F8 or 0xA7F9 => true,
        (>= 0xAB5C and <= 0xAB5F) or 0x10780 or (>= 0x10783 and <= 0x10785) or (>= 0x10787 and <= 0x107B0) or (>= 0x107B2 and <= 0x107BA) => true,
        _ => false,
    };

    /// <summary>Unicode's property Uppercase.</summary>
    public static bool IsUpper(int point) => point < 128 ? point is >= 'A' and <= 'Z' : Category(point) == UnicodeCategory.UppercaseLetter || point is
        (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>Upper, lower or title case.</summary>
    public static bool IsCased(int point) => IsLower(point) || IsUpper(point) || IsTitle(point);

    public static bool IsTitle(int point) => point >= 128 && Category(point) == UnicodeCategory.TitlecaseLetter;

    /// <summary>The code point at a UTF-16 offset.</summary>
    public static int RuneAt(string text, int at) =>
        PythonText.UnitsAt(text, at) == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];

    public static UnicodeCategory Category(int point) => CharUnicodeInfo.GetUnicodeCategory(point);

    private static bool IsAscii(Budget budget, string text)
    {
        budget.Text(text.Length);
        if (Ascii.IsValid(text))
            return true;
        budget.Scan(CostBeyondAscii * text.Length);
        return false;
    }

    private static string Map(string text, Action<StringBuilder, int> append)
    {
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
            append(result, RuneAt(text, at));
        return result.ToString();
    }

    private static string LowerFull(string text)
    {
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
            AppendLower(result, text, at, RuneAt(text, at));
        return result.ToString();
    }

    private static void AppendUpper(StringBuilder text, int point)
    {
        if (SpecialUpper.TryGetValue(point, out string? special))
            text.Append(special);
        else
            PythonText.Append(text, Simple(point, Rune.ToUpperInvariant));
    }

    private static void AppendTitle(StringBuilder text, int point)
    {
        if (point is >= 0x1F80 and <= 0x1FAF)
            text.Append((char)(point | 8));
        else if (SpecialTitle.TryGetValue(point, out string? special))
            text.Append(special);
        else if (point is >= 0x10D0 and <= 0x10FF)
            text.Append((char)point);
        else
            AppendUpper(text, point);
    }

    private static void AppendLower(StringBuilder text, string source, int at, int point)
    {
        const int CapitalSigma = 0x3A3;
        const int CapitalDottedI = 0x130;
        if (point == CapitalDottedI)
            text.Append("i\u0307");
        else if (point == CapitalSigma)
            text.Append(IsFinalSigma(source, at) ? '\u03C2' : '\u03C3');
        else
            PythonText.Append(text, Simple(point, Rune.ToLowerInvariant));
    }

    private static void AppendFolded(StringBuilder text, int point)
    {
        switch (point)
        {
            case 0x131 or (>= 0x13A0 and <= 0x13F5):
                text.Append((char)point);
                return;
            case >= 0x13F8 and <= 0x13FD:
                text.Append((char)(point - 8));
                return;
            case >= 0xAB70 and <= 0xABBF:
                text.Append((char)(point - 0xAB70 + 0x13A0));
                return;
            case 0x1E9E:
                text.Append("ss");
                return;
        }

        StringBuilder upper = new();
        AppendUpper(upper, point);
        string mapped = upper.ToString();
        for (int at = 0; at < mapped.Length; at += PythonText.UnitsAt(mapped, at))
        {
            int part = RuneAt(mapped, at);
            if (part == 0x130)
                text.Append("i\u0307");
            else
                PythonText.Append(text, Simple(part, Rune.ToLowerInvariant));
        }
    }

    private static int Simple(int point, Func<Rune, Rune> map) => Rune.IsValid(point) ? map(new Rune(point)).Value : point;

    // A sigma ends a word when a cased letter precedes it and none follows, marks and apostrophes aside.
    private static bool IsFinalSigma(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsCaseIgnorable(text[before]))
            before--;
        if (before < 0 || !IsCased(RuneAt(text, before > 0 && char.IsLowSurrogate(text[before]) ? before - 1 : before)))
            return false;
        int after = at + 1;
        while (after < text.Length && IsCaseIgnorable(text[after]))
            after++;
        return after >= text.Length || !IsCased(RuneAt(text, after));
    }

    private static bool IsCaseIgnorable(char c) => c switch
    {
        '\'' or '.' or ':' or '^' or '`' or '\xA8' or '\xAD' or '\xAF' or '\xB4' or '\xB7' or '\xB8' => true,
        '\u2018' or '\u2019' or '\u2024' or '\u2027' => true,
        _ => Category(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol,
    };

    private static Dictionary<int, string> Parse(string entries) =>
        entries.Split(' ').ToDictionary(entry => (int)entry[0], entry => entry[1..]);
}
