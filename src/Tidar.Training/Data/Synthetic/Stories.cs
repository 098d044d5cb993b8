namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// Short animal stories. The prompt names a mood, an animal, a name, a place and a thing; the mood decides the plot and the moral, the place
/// who is lost there, and the thing how the way home is found. The same ingredients always give the same story.
/// </summary>
internal static class Stories
{
    private static readonly string[] Names =
    [
        "Tim", "Pip", "Milo", "Coco", "Rex", "Bella", "Daisy", "Toby", "Luna", "Oliver", "Rosie", "Charlie", "Penny", "Hugo", "Molly", "Jasper",
        "Willow", "Finn", "Hazel", "Otto", "Poppy", "Bruno", "Nell", "Sunny",
    ];

    private static readonly (string Animal, string Moves)[] Animals =
    [
        ("fox", "trotted"), ("rabbit", "hopped"), ("bear", "wandered"), ("mouse", "scurried"), ("cat", "strolled"), ("dog", "ran"),
        ("duck", "waddled"), ("frog", "jumped"), ("horse", "galloped"), ("hedgehog", "shuffled"), ("squirrel", "skipped"), ("goat", "climbed"),
        ("lamb", "danced"), ("turtle", "walked slowly"), ("pony", "cantered"), ("badger", "marched"), ("otter", "splashed"), ("deer", "stepped softly"),
        ("goose", "strutted"), ("donkey", "plodded"),
    ];

    // Where it is, what it is like there, who is lost, and where it belongs.
    private static readonly (string Place, string Path, string Detail, string Lost, string Home)[] Places =
    [
        ("forest", "through the forest", "Tall trees whispered in the wind.", "owl", "its hollow tree"),
        ("garden", "through the garden", "Red roses smelled sweet in the sun.", "bee", "its hive"),
        ("meadow", "across the meadow", "The grass was full of yellow flowers.", "butterfly", "its favorite flower"),
        ("desert", "across the desert", "The sand was as warm as toast.", "lizard", "its cool cave"),
        ("mountains", "up into the mountains", "Snow sparkled on the peaks.", "eagle", "its high nest"),
        ("swamp", "around the swamp", "Thick fog lay on the water.", "toad", "its mossy log"),
        ("village", "into the village", "Smoke rose from every chimney.", "kitten", "its warm basket"),
        ("valley", "down into the valley", "A silver river ran between the hills.", "foal", "its old stable"),
        ("park", "through the park", "Children laughed beside the pond.", "puppy", "its kind family"),
        ("snow", "over the snow", "Every step made a crunching sound.", "penguin", "its big colony"),
        ("jungle", "into the jungle", "Bright parrots sang in the leaves.", "monkey", "its mango tree"),
        ("harbor", "along the harbor", "Boats rocked gently on the waves.", "seagull", "its rocky island"),
        ("farm", "around the farm", "The hay smelled of summer.", "chick", "its mother hen"),
        ("castle", "into the castle", "Old flags hung on the walls.", "bat", "its dark tower"),
    ];

    private static readonly (string Thing, string Help)[] Things =
    [
        ("lantern", "The lantern shone on the path, and its light led"), ("map", "The map showed every turn, and it led"),
        ("whistle", "One blow on the whistle, and a distant echo led"), ("compass", "The needle of the compass pointed the way and led"),
        ("bell", "The bell rang out, a far voice answered, and it led"), ("kite", "The kite flew high, saw the wind turn, and led"),
        ("mirror", "The mirror caught the sun, and a bright spot led"), ("flute", "A tune from the flute woke the birds, and they led"),
        ("drum", "The drum went boom, and friends came running and led"), ("feather", "The feather floated on the breeze and led"),
        ("candle", "The candle glowed in the dark, and its flame led"), ("key", "The key opened a hidden gate, and a short path led"),
        ("ribbon", "The ribbon was tied to a long trail of ribbons that led"), ("rope", "The rope helped them over the steep rocks and led"),
        ("crystal", "The crystal turned blue at each right step and led"), ("button", "The button had rolled from a trail of buttons that led"),
    ];

    // What it is like, what it says on hearing the call, and what is learned.
    private static readonly (string Mood, string Trait, string Says, string Moral)[] Moods =
    [
        ("brave", "was not afraid of anything, not even of thunder", "Stay behind me, and nothing will hurt you", "being brave means to help when it is hard"),
        ("shy", "liked quiet corners and hid from loud voices", "I do not talk much, but I will help you", "even a quiet voice can do great things"),
        ("curious", "asked a hundred questions every day", "Where do you live, and how did you get here", "every good question leads somewhere"),
        ("lazy", "slept until noon and yawned all afternoon", "I wanted a nap, but you need me more", "a good deed feels better than a long nap"),
        ("grumpy", "frowned at the sun and grumbled at the rain", "Oh well, I suppose I can help you", "a friend can turn a bad day into a good one"),
        ("kind", "always shared the last bite of bread", "Do not cry, we will find the way together", "kindness always comes back"),
        ("clever", "could solve any riddle in the land", "Let us think first and walk second", "a good plan is half the way"),
        ("lonely", "had nobody to play with", "Come with me, I know how it feels to be alone", "a friend may be waiting just around the corner"),
        ("proud", "talked about nothing but winning", "I am the best guide you could ever find", "it is better to help than to boast"),
        ("hungry", "thought about supper all day long", "Here is half of my cake, now let us go", "a shared cake tastes twice as good"),
        ("sleepy", "could hardly keep both eyes open", "I will sleep later, first we bring you home", "you sleep best after a good deed"),
        ("happy", "sang a new song every morning", "Let us sing together, and the way will be short", "joy grows when you share it"),
    ];

    /// <summary>Draws one story.</summary>
    public static DemoExample Draw(SplitMix64 random)
    {
        (string mood, string trait, string says, string moral) = random.Pick(Moods);
        (string animal, string moves) = random.Pick(Animals);
        (string place, string path, string detail, string lost, string home) = random.Pick(Places);
        (string thing, string help) = random.Pick(Things);
        string name = random.Pick<string>(Names);
        string hero = $"a {mood} {animal}";
        string where = place == "mountains" ? "in the mountains" : place is "farm" ? "on the farm" : $"in the {place}";
        string prompt = random.Below(7) switch
        {
            0 => $"Write a story about {hero} named {name} who finds a {thing} {where}.",
            1 => $"Write a short story about {hero} named {name} who finds a {thing} {where}.",
            2 => $"Tell me a story about {hero} named {name} who finds a {thing} {where}.",
            3 => $"Tell a story about {hero} called {name} and a {thing} {where}.",
            4 => $"Write a story about {name}, {hero} who finds a {thing} {where}.",
            5 => $"I want a story about {name}, {hero}, and a {thing} {where}.",
            _ => $"Tell me a bedtime story about {hero} called {name} who finds a {thing} {where}.",
        };
        if (random.Chance(8))
            prompt = prompt.TrimEnd('.');
        string completion =
            $"\nOnce upon a time there was {hero} named {name}. {name} {trait}.\n"
            + $"One day {name} {moves} {path}. {detail} There {name} found a {thing}.\n"
            + $"Suddenly {name} heard someone cry. It was a little {lost} that could not find {home}.\n"
            + $"\"{says},\" said {name}. {help} the little {lost} to {home}.\n"
            + $"The little {lost} was happy again, and {name} had learned that {moral}. The end.";
        return new DemoExample(DemoKind.Story, prompt, completion, null);
    }
}
