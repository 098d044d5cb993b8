namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// Word problems of one to three steps, told in many ways and worked in one regular way. Every intermediate result stays below 150,
/// so each digit of the working follows from a few digits in sight.
/// </summary>
internal static class WordProblems
{
    private static readonly (string Many, string Each)[] Containers =
        [("bags", "bag"), ("boxes", "box"), ("baskets", "basket"), ("jars", "jar"), ("packs", "pack"), ("trays", "tray"), ("shelves", "shelf")];

    private static readonly (string Base, string Present, string Things)[] DailyWork =
    [
        ("read", "reads", "pages"), ("run", "runs", "miles"), ("bake", "bakes", "cakes"), ("plant", "plants", "trees"),
        ("draw", "draws", "pictures"), ("write", "writes", "letters"), ("learn", "learns", "words"), ("fold", "folds", "napkins"),
    ];

    private static readonly string[] Relatives = ["sister", "brother", "cousin", "friend", "neighbor"];

    /// <summary>Draws one problem.</summary>
    public static DemoExample Draw(SplitMix64 random)
    {
        var scene = new Scene(random);
        return random.Below(32) switch
        {
            < 2 => Chain(random, scene, 1),
            < 9 => Chain(random, scene, 2),
            < 12 => Chain(random, scene, 3),
            < 14 => Groups(random, scene),
            < 18 => GroupsChanged(random, scene),
            < 20 => Share(random, scene),
            < 22 => ShareAfterGain(random, scene),
            < 24 => Difference(random, scene),
            < 26 => Together(random, scene),
            < 28 => Change(random, scene),
            < 29 => TwoPurchases(random, scene),
            < 31 => Daily(random, scene),
            _ => Age(random, scene),
        };
    }

    // A count that grows and shrinks.
    private static DemoExample Chain(SplitMix64 random, Scene scene, int steps)
    {
        int count = random.Between(4, 95);
        string prompt = scene.Opening(count);
        string working = $"\n{scene.Name} starts with {count} {scene.Objects}.";
        bool onlyLoses = true;
        for (int i = 0; i < steps; i++)
        {
            bool gain = count < 6 || (count < 96 && random.Chance(50));
            int change = gain ? random.Between(2, 99 - count) : random.Between(2, count - 2);
            (string told, string shortly) = scene.Change(gain ? change : -change);
            prompt += " " + told;
            working += $"\n{shortly}: {(gain ? Working.Add(count, change) : Working.Subtract(count, change))}";
            count += gain ? change : -change;
            onlyLoses &= !gain;
        }

        return Build(random, $"{prompt} {scene.HowManyNow(onlyLoses)}", working, count, scene.Objects);
    }

    private static DemoExample Groups(SplitMix64 random, Scene scene)
    {
        (int n, int m) = Factors(random, 144);
        (string many, string each) = random.Pick(Containers);
        string objects = scene.Objects;
        string prompt = random.Below(3) switch
        {
            0 => $"{scene.Name} {scene.Verb("has", "had")} {scene.Say(n)} {many} with {scene.Say(m)} {objects} in each {each}. How many {objects} {scene.Does} {scene.Who()} have?",
            1 => $"There {scene.Verb("are", "were")} {scene.Say(n)} {many} of {objects}. Each {each} {scene.Verb("holds", "held")} {scene.Say(m)} {objects}. How many {objects} {scene.Verb("are", "were")} there in total?",
            _ => $"{scene.Name} {scene.Verb("fills", "filled")} {scene.Say(n)} {many} with {scene.Say(m)} {objects} each. How many {objects} {scene.Verb("is", "was")} that in total?",
        };
        return Build(random, prompt, $"\n{n} {many} with {m} {objects} each: {Working.Multiply(n, m)}", n * m, objects);
    }

    private static DemoExample GroupsChanged(SplitMix64 random, Scene scene)
    {
        (int n, int m) = Factors(random, 90);
        (string many, string each) = random.Pick(Containers);
        int product = n * m;
        bool gain = product < 5 || random.Chance(50);
        int change = gain ? random.Between(2, 99 - product) : random.Between(2, product - 2);
        (string told, string shortly) = scene.Change(gain ? change : -change);
        string start = random.Chance(50)
            ? $"{scene.Name} {scene.Verb("has", "had")} {scene.Say(n)} {many} with {scene.Say(m)} {scene.Objects} in each {each}."
            : $"{scene.Name} {scene.Verb("has", "had")} {scene.Say(n)} {many} of {scene.Say(m)} {scene.Objects}.";
        string working = $"\n{n} {many} with {m} {scene.Objects} each: {Working.Multiply(n, m)}"
            + $"\n{shortly}: {(gain ? Working.Add(product, change) : Working.Subtract(product, change))}";
        return Build(random, $"{start} {told} {scene.HowManyNow(!gain)}", working, gain ? product + change : product - change, scene.Objects);
    }

    private static DemoExample Share(SplitMix64 random, Scene scene)
    {
        int n = random.Between(2, 12);
        int each = random.Between(2, 12);
        int all = n * each;
        string prompt = random.Below(3) switch
        {
            0 => $"{scene.Name} {scene.Verb("shares", "shared")} {scene.Say(all)} {scene.Objects} equally among {scene.Say(n)} friends. How many {scene.Objects} {scene.Does} each friend get?",
            1 => $"{scene.Opening(all)} {scene.StartWho()} {scene.Verb("shares", "shared")} them equally among {scene.Say(n)} friends. How many {scene.Objects} {scene.Does} each friend get?",
            _ => $"{scene.Say(n)} friends {scene.Verb("share", "shared")} {scene.Say(all)} {scene.Objects} equally. How many {scene.Objects} {scene.Does} each of them get?",
        };
        prompt = char.ToUpperInvariant(prompt[0]) + prompt[1..];
        return Build(random, prompt, $"\n{all} {scene.Objects} for {n} friends: {Working.Divide(all, n)}", each, scene.Objects);
    }

    private static DemoExample ShareAfterGain(SplitMix64 random, Scene scene)
    {
        int n = random.Between(2, 9);
        int each = random.Between(3, 99 / n < 12 ? 99 / n : 12);
        int all = n * each;
        int gain = random.Between(2, all - 2);
        (string told, string shortly) = scene.Change(gain);
        string prompt = $"{scene.Opening(all - gain)} {told} Then {scene.Who()} {scene.Verb("shares", "shared")} all of them equally among {scene.Say(n)} friends. "
            + $"How many {scene.Objects} {scene.Does} each friend get?";
        string working = $"\n{scene.Name} starts with {all - gain} {scene.Objects}.\n{shortly}: {Working.Add(all - gain, gain)}"
            + $"\n{all} {scene.Objects} for {n} friends: {Working.Divide(all, n)}";
        return Build(random, prompt, working, each, scene.Objects);
    }

    private static DemoExample Difference(SplitMix64 random, Scene scene)
    {
        int more = random.Between(8, 99);
        int less = random.Between(2, more - 2);
        bool fewer = random.Chance(40);
        string question = fewer
            ? $"How many fewer {scene.Objects} {scene.Does} {scene.Other} have than {scene.Name}?"
            : $"How many more {scene.Objects} {scene.Does} {scene.Name} have than {scene.Other}?";
        string prompt = $"{scene.Opening(more)} {scene.Other} {scene.Verb("has", "had")} {scene.Say(less)} {scene.Objects}. {question}";
        string working = $"\n{scene.Name} has {more} {scene.Objects} and {scene.Other} has {less}.\nThe difference: {Working.Subtract(more, less)}";
        return Build(random, prompt, working, more - less, scene.Objects);
    }

    private static DemoExample Together(SplitMix64 random, Scene scene)
    {
        int first = random.Between(6, 48);
        bool more = random.Chance(50);
        int by = more ? random.Between(2, 97 - (2 * first) > 2 ? 97 - (2 * first) : 2) : random.Between(2, first - 2);
        int second = more ? first + by : first - by;
        bool sum = first + second <= 99 && random.Chance(65);
        string word = more ? "more" : "fewer";
        string question = sum
            ? $"How many {scene.Objects} {scene.Verb("do", "did")} they have together?"
            : $"How many {scene.Objects} {scene.Does} {scene.Other} have?";
        string prompt = $"{scene.Opening(first)} {scene.Other} {scene.Verb("has", "had")} {scene.Say(by)} {word} {scene.Objects} than {scene.Name}. {question}";
        string working = $"\n{scene.Name} has {first} {scene.Objects}."
            + $"\n{scene.Other} has {by} {word}: {(more ? Working.Add(first, by) : Working.Subtract(first, by))}";
        if (sum)
            working += $"\nTogether: {Working.Add(first, second)}";
        return Build(random, prompt, working, sum ? first + second : second, scene.Objects);
    }

    private static DemoExample Change(SplitMix64 random, Scene scene)
    {
        (int n, int price) = Factors(random, 90);
        int cost = n * price;
        int paid = random.Chance(50) ? random.Between(cost / 10, 8) * 10 + 10 : random.Between(cost + 2, 99);
        string prompt = random.Chance(50)
            ? $"{scene.Name} {scene.Verb("buys", "bought")} {scene.Say(n)} {scene.Objects} for {scene.Say(price)} dollars each and {scene.Verb("pays", "paid")} with {paid} dollars. How much change {scene.Does} {scene.Who()} get?"
            : $"{scene.Name} {scene.Verb("has", "had")} {paid} dollars. {scene.StartWho()} {scene.Verb("buys", "bought")} {scene.Say(n)} {scene.Objects} for {scene.Say(price)} dollars each. How many dollars {scene.Does} {scene.Who()} have left?";
        string working = $"\n{n} {scene.Objects} for {price} dollars each: {Working.Multiply(n, price)}\nFrom {paid} dollars: {Working.Subtract(paid, cost)}";
        return Build(random, prompt, working, paid - cost, "dollars");
    }

    private static DemoExample TwoPurchases(SplitMix64 random, Scene scene)
    {
        (int n, int price) = Factors(random, 60);
        int m, otherPrice;
        do
        {
            (m, otherPrice) = Factors(random, 60);
        }
        while ((n * price) + (m * otherPrice) > 99);
        string other = scene.OtherObjects();
        string prompt = $"{scene.Name} {scene.Verb("buys", "bought")} {scene.Say(n)} {scene.Objects} for {scene.Say(price)} dollars each and "
            + $"{scene.Say(m)} {other} for {scene.Say(otherPrice)} dollars each. How many dollars {scene.Does} {scene.Who()} {random.Pick("pay", "spend")} in total?";
        string working = $"\n{n} {scene.Objects} for {price} dollars each: {Working.Multiply(n, price)}"
            + $"\n{m} {other} for {otherPrice} dollars each: {Working.Multiply(m, otherPrice)}\nTogether: {Working.Add(n * price, m * otherPrice)}";
        return Build(random, prompt, working, (n * price) + (m * otherPrice), "dollars");
    }

    private static DemoExample Daily(SplitMix64 random, Scene scene)
    {
        (int days, int each) = Factors(random, 90);
        int done = days * each;
        (string work, string works, string things) = random.Pick(DailyWork);
        string working = $"\n{days} days with {each} {things} each: {Working.Multiply(days, each)}";
        if (random.Chance(35))
        {
            string simple = $"{scene.Name} {works} {scene.Say(each)} {things} every day. How many {things} does {scene.Who()} {work} in {scene.Say(days)} days?";
            return Build(random, simple, working, done, things);
        }

        int goal = random.Between(done + 2, 99);
        string prompt = $"{scene.Name} wants to {work} {goal} {things}. {scene.StartWho()} {works} {scene.Say(each)} {things} a day for {scene.Say(days)} days. How many {things} are left?";
        return Build(random, prompt, $"{working}\nFrom {goal} {things}: {Working.Subtract(goal, done)}", goal - done, things);
    }

    private static DemoExample Age(SplitMix64 random, Scene scene)
    {
        int age = random.Between(8, 60);
        bool older = random.Chance(50);
        int by = older ? random.Between(2, 30) : random.Between(2, age - 4);
        int otherAge = older ? age + by : age - by;
        string word = older ? "older" : "younger";
        string relation = $"{scene.Name} is {scene.Say(age)} years old. {scene.Possessive} {random.Pick<string>(Relatives)} {scene.Other} is {scene.Say(by)} years {word}.";
        string working = $"\n{scene.Name} is {age} years old.\n{scene.Other} is {by} years {word}: {(older ? Working.Add(age, by) : Working.Subtract(age, by))}";
        if (random.Chance(40))
            return Build(random, $"{relation} How old is {scene.Other}?", working, otherAge, "years");
        int later = random.Between(2, Math.Min(25, 99 - otherAge));
        return Build(
            random,
            $"{relation} How old will {scene.Other} be in {scene.Say(later)} years?",
            $"{working}\nIn {later} years: {Working.Add(otherAge, later)}",
            otherAge + later,
            "years");
    }

    // Two factors whose product stays within a limit: the times table, and for some a larger second factor.
    private static (int N, int M) Factors(SplitMix64 random, int limit)
    {
        while (true)
        {
            int n = random.Between(2, 12);
            int m = n < 9 && random.Chance(30) ? random.Between(13, 49) : random.Between(2, 12);
            if (n * m <= limit)
                return (n, m);
        }
    }

    // Users forget the question mark now and then; so do a few prompts.
    private static DemoExample Build(SplitMix64 random, string prompt, string working, int answer, string unit)
    {
        if (random.Chance(4))
            prompt = prompt.TrimEnd('?');
        return new DemoExample(DemoKind.WordProblem, prompt, $"{working}\nAnswer: {answer} {unit}.", answer.ToString());
    }
}
