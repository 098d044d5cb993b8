using System.Globalization;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// The C library's <c>strftime</c> in the C locale, with glibc's flags: <c>%-d</c> without padding, <c>%_d</c> with spaces, <c>%^a</c> in upper case.
/// </summary>
internal static class DateText
{
    /// <summary>Formats a local time without a time zone, as Python's <c>datetime.now()</c> is.</summary>
    public static string Format(Budget budget, DateTime time, string format)
    {
        TextBuilder text = new(budget);
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            int start = at++;
            char flag = '\0';
            while (at < format.Length && format[at] is '-' or '_' or '0' or '^' or '#')
                flag = format[at++];
            int width = 0;
            for (; at < format.Length && char.IsAsciiDigit(format[at]); at++)
                width = Math.Min((width * 10) + (format[at] - '0'), 1 << 28);
            if (at + 1 < format.Length && format[at] is 'E' or 'O')
                at++;
            string? field = at < format.Length ? Field(budget, time, format[at], flag, width) : null;
            text.Append(field ?? format[start..Math.Min(at + 1, format.Length)]);
        }

        return text.ToString();
    }

    private static string? Field(Budget budget, DateTime time, char directive, char flag, int width)
    {
        int hour12 = ((time.Hour + 11) % 12) + 1;
        string Number(int value, int digits, char padding = '0')
        {
            char pad = flag switch { '_' => ' ', '0' => '0', _ => padding };
            budget.Text(width);
            string text = value.ToString(CultureInfo.InvariantCulture);
            return flag == '-' ? text : text.PadLeft(Math.Max(digits, width), pad);
        }

        string Name(string text)
        {
            budget.Text(width);
            string cased = flag switch
            {
                '^' => text.ToUpperInvariant(),
                '#' => directive == 'p' ? text.ToLowerInvariant() : text.ToUpperInvariant(),
                _ => text,
            };
            return cased.PadLeft(width, flag == '0' ? '0' : ' ');
        }

        string Compound(string format) => Name(Format(budget, time, format));
        DateTimeFormatInfo names = CultureInfo.InvariantCulture.DateTimeFormat;
        return directive switch
        {
            'Y' => Number(time.Year, flag == '\0' && width == 0 ? 1 : 4),
            'C' => Number(time.Year / 100, 2),
            'y' => Number(time.Year % 100, 2),
            'G' => Number(ISOWeek.GetYear(time), 1),
            'g' => Number(ISOWeek.GetYear(time) % 100, 2),
            'm' => Number(time.Month, 2),
            'd' => Number(time.Day, 2),
            'e' => Number(time.Day, 2, ' '),
            'H' => Number(time.Hour, 2),
            'I' => Number(hour12, 2),
            'k' => Number(time.Hour, 2, ' '),
            'l' => Number(hour12, 2, ' '),
            'M' => Number(time.Minute, 2),
            'S' => Number(time.Second, 2),
            'f' => ((int)(time.Ticks % TimeSpan.TicksPerSecond / 10)).ToString("000000", CultureInfo.InvariantCulture),
            'j' => Number(time.DayOfYear, 3),
            'u' => Number(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek, 1),
            'w' => Number((int)time.DayOfWeek, 1),
            'U' => Number((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
            'W' => Number((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7, 2),
            'V' => Number(ISOWeek.GetWeekOfYear(time), 2),
            's' => ((DateTimeOffset)time).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'a' => Name(names.GetAbbreviatedDayName(time.DayOfWeek)),
            'A' => Name(names.GetDayName(time.DayOfWeek)),
            'b' or 'h' => Name(names.GetAbbreviatedMonthName(time.Month)),
            'B' => Name(names.GetMonthName(time.Month)),
            'p' => Name(time.Hour < 12 ? "AM" : "PM"),
            'P' => Name(time.Hour < 12 ? "am" : "pm"),
            'c' => Compound("%a %b %e %H:%M:%S %Y"),
            'D' or 'x' => Compound("%m/%d/%y"),
            'F' => Compound("%Y-%m-%d"),
            'R' => Compound("%H:%M"),
            'T' or 'X' => Compound("%H:%M:%S"),
            'r' => Compound("%I:%M:%S %p"),
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            'z' or 'Z' => "",
            _ => null,
        };
    }
}
