namespace Tidar.Training.Data.Synthetic;

/// <summary>About 1,200 common English words of three to nine letters, without repeats, written down for this corpus.</summary>
internal static class SpellingWords
{
    private const string List = """
        able about above accept across actor add after again age agree air alarm album all almost alone along always amount anchor angel
        anger angle animal ankle answer ant apple april area arm army arrive arrow art ask atom attack aunt autumn awake away baby back
        bacon badge bag bake balance ball balloon banana band bank bar bargain barn base basic basket bat bath battle beach bean bear
        beard beauty become bed bee beetle begin behind bell below belt bench berry beside best better between beyond bicycle big bike bill
        bird birth bite bitter black blanket blind block blood blue board boat body bone book boot border borrow both bottle bottom bowl box
        boy brain branch brave bread break breath brick bridge bright bring brother brown brush bubble bucket build bus bush busy butter
        button buy cabin cake call calm camel camera camp candle candy canvas cap captain car card care carpet carrot carry cart case
        castle cat catch cause cave ceiling cell center chain chair chalk chance change cheese cherry chest chicken child chimney choice
        choose circle city clap class clay clean clear clever cliff climb clock close cloth cloud clown coach coal coast coat coconut coffee coin
        cold color comb come comet common cook cookie cool copper copy corn corner cotton cough count country course cousin cover cow cradle
        crane crayon cream creek crime crisp crop cross crowd crown cry cup curtain curve custom cut dance danger dark date daughter dawn
        day deal dear decide deep deer degree depth desert desk dessert detail dial diamond diary dinner dirt dish distance dive doctor dog
        doll dollar dolphin donkey door double doubt down dozen dragon draw dream dress drink drive drop drum dry duck dust duty each eagle
        ear early earn earth east easy eat edge effort egg eight elbow elephant eleven empty end enemy engine enjoy enough enter equal
        escape even evening event every exact example excuse expert eye fabric face fact fair fall family famous fan far farm farmer fast
        father favor fear feast feather feel fence few field fierce fifteen fight figure fill film final find fine finger finish fire first
        fish five flag flame flat flavor flight float flock floor flour flow flower flute fly fog fold follow food foot force forest forget
        fork form forty forward fossil four fox frame free freeze fresh friend frog front frost fruit full funny fur future gallery
        game garage garden garlic gate gather gentle ghost giant gift ginger giraffe girl give glad glass glide globe glove glue goal goat
        gold good goose grain grand grape grass gravity gray great green ground group grow guard guess guest guide guitar habit hair
        half hall hammer hand handle happen happy harbor hard harvest hat have hawk head health hear heart heat heavy height helmet help
        hen herb hero hidden high hill history hobby hold hole holiday hollow home honest honey hope horse hospital hotel hour house huge
        human humor hundred hungry hunt hurry husband ice idea image inch ink insect inside invite iron island ivory jacket jam jar
        jaw jazz jealous jelly jewel job join joke journey joy judge juice july jump june jungle junior just kettle key kick kid kind
        king kiss kitchen kite kitten knee knife knock know label labor ladder lake lamb lamp land language large last late laugh lawn
        lazy lead leaf learn leather leave left leg lemon length leopard less lesson letter level library lid life lift light lily limit
        line lion lip liquid list listen little live lizard load loaf lock log long look loud love low lucky lunch machine magic magnet
        mail main maize make man many map marble march market mask match maybe meadow meal measure meat medal medicine meet melody melon melt
        member memory metal middle midnight mild mile milk mill mind mine mineral minute mirror miss mistake mix model modern moment
        money monkey monster month moon morning moss most mother motor mountain mouse mouth move movie mud muscle museum music mustard
        name narrow nation nature near neck need needle neighbor nephew nerve nest never new news next nice night nine noise noon north
        nose note nothing notice novel number nurse nut oak object ocean october offer office often oil old olive once onion only open
        opinion orange orbit orchard order organ other outside oval oven owl owner oxygen oyster page paint pair palace palm pan pancake
        panda paper parade parent park parrot part party pass past path patient pattern peace peach peanut pear pearl pebble pen pencil
        people pepper perfect person phone photo piano picnic picture pie piece pig pigeon pillow pilot pine pink pipe pirate place plain
        plan planet plant plate play please plenty plum pocket poem poet point polar pole police polite pond pony pool poor popcorn
        porch post pot potato pottery powder power praise prepare present pretty price pride prince prison prize problem promise proof
        proud public pull pumpkin pupil puppet puppy pure purple purse push puzzle pyramid quarter queen question quick quiet quilt quiz
        rabbit race radio rail rain rainbow raisin ranch rapid rare raven razor reach read ready real reason recipe record red reef
        refuse region relax remember rent repair reply rescue rest result return reward rhyme rhythm ribbon rice rich ride right ring ripe
        river road roast robin robot rock rocket roof room rooster root rope rose round route row royal rubber rug ruler run sad saddle
        safe sail salad salmon salt same sand sandwich satin saturday sauce sausage save scale scarf school science scissors score sea
        search season seat second secret seed seem sell send serious seven shadow shape share shark sharp sheep shelf shell shelter shine
        ship shirt shoe shop shore short shoulder shout shovel show shower shy side sign silence silk silver simple sing sister six size
        skate skill skin skirt sky sleep sleeve slice slow small smart smell smile smoke smooth snack snail snake snow soap soccer social
        sock soft soil soldier solid son song soon sort sound soup south space spark speak special speech speed spell spend spice spider
        spin spirit spoon sport spot spring square squirrel stable stairs stamp stand star start station statue steam steel stem step
        stick still stomach stone stool stop storm story stove straight strange straw street string strong student study sugar suit
        summer sun sunday sunset supper surprise swallow swamp swan sweater sweet swim swing sword table tail talent talk tall tank
        taste taxi tea teach teacher team tear teeth tell temple ten tennis tent test thank theater thick thin thing think third
        thirteen thirsty thirty thread three throat throne through throw thumb thunder ticket tide tidy tie tiger tight time tiny tired
        toast today toe together tomato tomorrow tongue tonight tool tooth top topic torch total touch towel tower town toy track trade
        train travel treasure treat tree triangle trick trip trophy trouble truck true trumpet trunk trust truth try tulip tunnel turkey
        turn turtle twelve twenty twig twin twist two umbrella uncle under unit upper useful usual valley value van vase vast vegetable
        velvet very victory video view village violet violin visit voice volcano voyage wagon wait wake walk wall walnut want warm warning
        wash watch water wave wax way weak wealth weather web week weight welcome well west wet whale wheat wheel when whisper whistle
        white whole wide wife wild wind window wine wing winter wire wise wish witch wolf woman wonder wood wool word work world worm
        worry wrist write wrong yard year yellow yesterday young zebra zero zigzag zipper
        """;

    /// <summary>The words in the order of the list.</summary>
    public static readonly string[] All = List.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
