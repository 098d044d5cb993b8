// Writes questions like those given, with other numbers, names and days, so that the model has new answers to give:
// dotnet run recipes/smollm2-135m-adapter/vary-questions.cs QUESTIONS.jsonl OUT.jsonl SEED
// Whether a question still makes sense is of no account: what is trained on is how the model answers.
#:property RunAnalyzers=false
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

if (args.Length != 3 || !int.TryParse(args[2], out int seed))
{
    Console.Error.WriteLine("usage: vary-questions.cs QUESTIONS.jsonl OUT.jsonl SEED");
    return 2;
}

string[] men = "James John Mark Tom Jack Bob Bill Mike Peter Jerry Sam Jason Matt Michael Tony Harry Joe Frank Billy Paul Jake Andrew Steve Jim Ben Tim Max Jackson Carl Adam Jeff Jimmy Andy Ryan Jacob Kevin Randy Josh Ken Marcus Kyle Brian Rick Greg George Thomas Henry Chris Fred Tommy David William Pete Oliver Johnny Carson Bobby Charlie Roger Joseph Jose Jeremy Leo Caleb Aaron Toby Samuel Patrick Martin Luke Trevor Derek Daniel Carlos Bruce Brandon Simon Phil Justin Lucas Gerald Gary Robert Joey Bert Alan Ralph Eric Ted Nathan Bryan Barry Tyler Steven Brad".Split(' ');
string[] women = "Mary Sarah Janet Martha Jill Lisa Jenny Jane Carla Anna Sally Maria Karen Betty Emily Susan Rachel Alice Hannah Nancy Julia Jenna Tina Annie Monica Lucy Amanda Kim Kendra Jessica Emma Lily Megan Rose Grace Mandy Beth Amy Stephanie Gina Janice Carrie Sara Kelly Julie Sue Nina Kate Ann Leila Laura Peggy Jennifer Daisy Cindy Angela Dorothy Carly Brenda Sandra Samantha Madeline Ella Barbara Anne Tara Linda Bella Kayla Elsa Diana Brittany".Split(' ');
string[] days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".Split(' ');
string[] words = "two three four five six seven eight nine ten eleven twelve".Split(' ');
string[][] groups = [men, women, days, words];

// A number, unless it is an ordinal, part of a fraction or a year; or a word of letters.
var parts = new Regex(@"(?<![\d/.,])(?<number>\d{1,3}(,\d{3})+|\d+)(?<decimals>\.\d+)?(?![\d/]|st\b|nd\b|rd\b|th\b)|(?<word>[A-Za-z]+)", RegexOptions.ExplicitCapture);
using var output = new StreamWriter(args[1]);
int line = 0;
foreach (string json in File.ReadLines(args[0]))
{
    string question = JsonDocument.Parse(json).RootElement.GetProperty("question").GetString()!;
    var random = new Random(unchecked((seed * 1_000_003) + line++));
    var replaced = new Dictionary<string, string>(StringComparer.Ordinal); // the same part becomes the same everywhere in a question
    string varied = parts.Replace(question, match =>
    {
        if (!replaced.TryGetValue(match.Value, out string? other))
        {
            other = match.Groups["word"].Success ? OtherWord(match.Value, random) : OtherNumber(match, random);
            replaced[match.Value] = other;
        }

        return other;
    });
    output.WriteLine(new JsonObject { ["question"] = varied }.ToJsonString());
}

return 0;

string OtherWord(string word, Random random)
{
    foreach (string[] group in groups)
    {
        bool capital = group == words && char.IsUpper(word[0]);
        if (Array.IndexOf(group, capital ? word.ToLowerInvariant() : word) >= 0)
        {
            string other = group[random.Next(group.Length)];
            return capital ? char.ToUpperInvariant(other[0]) + other[1..] : other;
        }
    }

    return word;
}

// Between half and twice the number, as round as it was; 0, 1 and years stay, cents are drawn anew.
string OtherNumber(Match match, Random random)
{
    string digits = match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal);
    string decimals = match.Groups["decimals"].Value;
    if (digits.Length > 9)
        return match.Value;
    int value = int.Parse(digits, CultureInfo.InvariantCulture);
    if ((value < 2 && decimals.Length == 0) || (value is >= 1900 and < 2100 && decimals.Length == 0))
        return match.Value;
    int unit = 1;
    while (value > 0 && value % (unit * 10) == 0)
        unit *= 10;
    int tens = value / unit;
    if (tens == 1 && unit > 1)
        (tens, unit) = (10, unit / 10);
    int other = random.Next((tens + 1) / 2, (tens * 2) + 1) * unit;
    int places = Math.Min(decimals.Length - 1, 6);
    if (places > 0)
        decimals = "." + random.Next((int)Math.Pow(10, places)).ToString($"D{places}", CultureInfo.InvariantCulture);
    return (match.Value.Contains(',', StringComparison.Ordinal) ? other.ToString("N0", CultureInfo.InvariantCulture) : other.ToString(CultureInfo.InvariantCulture)) + decimals;
}
