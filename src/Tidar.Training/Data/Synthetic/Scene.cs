namespace Tidar.Training.Data.Synthetic;

/// <summary>Who and what a word problem is about, and how it is told: tense, and whether small numbers are written as words.</summary>
internal sealed class Scene
{
    private static readonly string[] Girls =
    [
        "Mia", "Emma", "Anna", "Lily", "Sara", "Zoe", "Ella", "Nora", "Ruby", "Alice", "Clara", "Eva", "Grace", "Ivy", "Jane", "Kate",
        "Lucy", "Maria", "Nina", "Olga", "Rosa", "Tina", "Vera", "Amy",
    ];

    private static readonly string[] Boys =
    [
        "Tom", "Ben", "Max", "Leo", "Sam", "Paul", "Jack", "Noah", "Adam", "Carl", "David", "Erik", "Felix", "Henry", "Ivan", "John",
        "Luke", "Mark", "Nick", "Oscar", "Peter", "Ryan", "Simon", "Theo",
    ];

    private static readonly string[] Foods =
    [
        "apples", "cookies", "pears", "plums", "nuts", "candies", "oranges", "lemons", "muffins", "grapes", "peaches", "cherries", "berries",
        "carrots", "rolls", "eggs",
    ];

    private static readonly string[] Goods =
    [
        "marbles", "stickers", "pencils", "books", "coins", "stamps", "cards", "shells", "stones", "balloons", "buttons", "beads", "pens",
        "flowers", "candles", "crayons", "toys", "cups", "hats", "ribbons", "photos", "posters", "tickets", "blocks",
    ];

    private static readonly (string Present, string Past)[] Gains =
        [("buys", "bought"), ("finds", "found"), ("gets", "got"), ("wins", "won"), ("collects", "collected"), ("receives", "received")];

    // '#' stands for the number, '@' for the other person; the last one needs food.
    private static readonly (string Present, string Past)[] Losses =
    [
        ("gives away #", "gave away #"), ("loses #", "lost #"), ("sells #", "sold #"), ("gives # to @", "gave # to @"),
        ("donates #", "donated #"), ("eats #", "ate #"),
    ];

    private static readonly string[] SmallNumbers =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private readonly SplitMix64 _random;
    private readonly bool _past;
    private readonly bool _words;
    private readonly int _lossKinds;

    /// <summary>Draws a scene.</summary>
    public Scene(SplitMix64 random)
    {
        _random = random;
        _past = random.Chance(30);
        _words = random.Chance(12);
        bool girl = random.Chance(50);
        Name = random.Pick<string>(girl ? Girls : Boys);
        Pronoun = girl ? "she" : "he";
        Possessive = girl ? "Her" : "His";
        do
        {
            Other = random.Pick<string>(random.Chance(50) ? Girls : Boys);
        }
        while (Other == Name);
        bool food = random.Chance(40);
        Objects = random.Pick<string>(food ? Foods : Goods);
        _lossKinds = food ? Losses.Length : Losses.Length - 1;
    }

    /// <summary>The main person.</summary>
    public string Name { get; }

    /// <summary>A second person.</summary>
    public string Other { get; }

    /// <summary>he or she.</summary>
    public string Pronoun { get; }

    /// <summary>His or Her.</summary>
    public string Possessive { get; }

    /// <summary>What is counted, in the plural.</summary>
    public string Objects { get; }

    /// <summary>A second kind of object, never equal to <see cref="Objects"/>.</summary>
    public string OtherObjects()
    {
        string other;
        do
        {
            other = _random.Pick<string>(Goods);
        }
        while (other == Objects);
        return other;
    }

    /// <summary>A number as the prompt writes it.</summary>
    public string Say(int value) => _words && value < SmallNumbers.Length ? SmallNumbers[value] : value.ToString();

    /// <summary>The name or the pronoun.</summary>
    public string Who() => _random.Chance(30) ? Name : Pronoun;

    /// <summary>The name or the pronoun at the start of a sentence.</summary>
    public string StartWho() => _random.Chance(30) ? Name : Capital(Pronoun);

    /// <summary>One of two verb forms by the scene's tense.</summary>
    public string Verb(string present, string past) => _past ? past : present;

    /// <summary><c>does</c> or <c>did</c>.</summary>
    public string Does => Verb("does", "did");

    /// <summary>The opening: what the person has.</summary>
    public string Opening(int count)
    {
        string verb = _random.Below(3) == 0 ? Verb("starts with", "started with") : Verb("has", "had");
        return $"{Name} {verb} {Say(count)} {Objects}.";
    }

    /// <summary>An event that changes the count: as the prompt tells it, and the subject and verb with the number in digits for the working.</summary>
    public (string Told, string Short) Change(int change)
    {
        bool gain = change > 0;
        int count = Math.Abs(change);
        (string Present, string Past) pair = gain ? _random.Pick(Gains) : Losses[_random.Below(_lossKinds)];
        string verb = Verb(pair.Present, pair.Past).Replace("@", Other, StringComparison.Ordinal);
        if (gain)
            verb += _random.Chance(20) ? " another #" : " # more";
        string subject = _random.Chance(35) ? $"Then {Who()}" : StartWho();
        string told = verb.Replace("#", _random.Chance(20) ? $"{Say(count)} {Objects}" : Say(count), StringComparison.Ordinal);
        if (gain && told.Contains($"{Objects} more", StringComparison.Ordinal))
            told = verb.Replace("# more", $"{Say(count)} more {Objects}", StringComparison.Ordinal);
        return ($"{subject} {told}.", $"{Name} {verb.Replace("#", count.ToString(), StringComparison.Ordinal)}");
    }

    /// <summary>The question for the count at the end.</summary>
    public string HowManyNow(bool left)
    {
        string end = left ? "left" : _random.Pick(Verb("now", "then"), "in the end", "in total");
        return _random.Below(5) == 0
            ? $"How many {Objects} {Verb("are", "were")} {(left ? "left" : "there in the end")}?"
            : $"How many {Objects} {Does} {Who()} have {end}?";
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
