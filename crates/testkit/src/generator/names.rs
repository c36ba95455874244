//! People's names as they are written and as they are typed at a keyboard, by country.

/// Names of one country, with the zone people there live in.
pub(super) struct Culture {
    pub(super) country: &'static str,
    pub(super) zone: &'static str,
    /// Offset of the rhythm of the day, in minutes; fixed, so that no time zone database changes the facts.
    pub(super) offset: i64,
    /// As written, and in Latin letters for log-in names.
    pub(super) given: &'static [(&'static str, &'static str)],
    pub(super) family: &'static [(&'static str, &'static str)],
}

type Names = &'static [(&'static str, &'static str)];

const fn culture(country: &'static str, zone: &'static str, offset: i64, given: Names, family: Names) -> Culture {
    Culture {
        country,
        zone,
        offset,
        given,
        family,
    }
}

macro_rules! names {
    ($($written:literal $(= $typed:literal)?),* $(,)?) => { &[$(names!(@ $written $($typed)?)),*] };
    (@ $written:literal $typed:literal) => { ($written, $typed) };
    (@ $written:literal) => { ($written, $written) };
}

pub(super) static CULTURES: &[Culture] = &[
    culture(
        "US",
        "America/New_York",
        -300,
        names![
            "Sam",
            "Grace",
            "Marcus",
            "Olivia",
            "Ethan",
            "Naomi",
            "Caleb",
            "Hannah",
            "Jordan",
            "Priscilla"
        ],
        names![
            "Jones",
            "Whitfield",
            "Carter",
            "Nguyen",
            "O'Connor" = "oconnor",
            "Reyes",
            "Bennett",
            "Okafor",
            "Smith-Lee" = "smithlee"
        ],
    ),
    culture(
        "GB",
        "Europe/London",
        0,
        names![
            "Amelia",
            "Oliver",
            "Imogen",
            "Rhys",
            "Siân" = "sian",
            "Callum",
            "Zoë" = "zoe",
            "Freya",
            "Desmond"
        ],
        names![
            "Hargreaves",
            "Ashworth",
            "Llewellyn",
            "MacLeod",
            "Patel",
            "Fairbairn",
            "Thistlewood",
            "Adeyemi"
        ],
    ),
    culture(
        "DE",
        "Europe/Berlin",
        60,
        names![
            "Jürgen" = "juergen",
            "Käthe" = "kaethe",
            "Lukas",
            "Annelie",
            "Björn" = "bjoern",
            "Ayşe" = "ayse",
            "Matthias",
            "Lea"
        ],
        names![
            "Müller" = "mueller",
            "Schäfer" = "schaefer",
            "Weiß" = "weiss",
            "Vogel",
            "Köhler" = "koehler",
            "von der Heide" = "vonderheide",
            "Yılmaz" = "yilmaz"
        ],
    ),
    culture(
        "FR",
        "Europe/Paris",
        60,
        names![
            "Chloé" = "chloe",
            "Étienne" = "etienne",
            "Maëlle" = "maelle",
            "Anaïs" = "anais",
            "François" = "francois",
            "Noémie" = "noemie",
            "Théo" = "theo"
        ],
        names![
            "Lefèvre" = "lefevre",
            "Dubois",
            "Gauthier",
            "D’Angelo" = "dangelo",
            "Bélanger" = "belanger",
            "N’Diaye" = "ndiaye"
        ],
    ),
    culture(
        "ES",
        "Europe/Madrid",
        60,
        names![
            "Íñigo" = "inigo",
            "Lucía" = "lucia",
            "José" = "jose",
            "Begoña" = "begona",
            "Martí" = "marti",
            "Ainhoa"
        ],
        names![
            "García Núñez" = "garcia",
            "Ibáñez" = "ibanez",
            "Echeverría" = "echeverria",
            "Muñoz" = "munoz",
            "Puig"
        ],
    ),
    culture(
        "PL",
        "Europe/Warsaw",
        60,
        names![
            "Łukasz" = "lukasz",
            "Małgorzata" = "malgorzata",
            "Paweł" = "pawel",
            "Zofia",
            "Wiesław" = "wieslaw"
        ],
        names![
            "Wójcik" = "wojcik",
            "Kowalczyk",
            "Dąbrowska" = "dabrowska",
            "Żuraw" = "zuraw",
            "Szczęsny" = "szczesny"
        ],
    ),
    culture(
        "NO",
        "Europe/Oslo",
        60,
        names![
            "Søren" = "soren",
            "Åse" = "aase",
            "Torbjørn" = "torbjorn",
            "Ingrid",
            "Sigurd"
        ],
        names![
            "Ødegård" = "odegard",
            "Hansen",
            "Bjørnstad" = "bjornstad",
            "Þórsdóttir" = "thorsdottir"
        ],
    ),
    culture(
        "GR",
        "Europe/Athens",
        120,
        names![
            "Ελένη" = "eleni",
            "Γιώργος" = "giorgos",
            "Δήμητρα" = "dimitra",
            "Νίκος" = "nikos"
        ],
        names![
            "Παπαδοπούλου" = "papadopoulou",
            "Καραγιάννης" = "karagiannis",
            "Αλεξίου" = "alexiou"
        ],
    ),
    culture(
        "UA",
        "Europe/Kyiv",
        120,
        names![
            "Оксана" = "oksana",
            "Дмитро" = "dmytro",
            "Ірина" = "iryna",
            "Тарас" = "taras"
        ],
        names![
            "Шевченко" = "shevchenko",
            "Ковальчук" = "kovalchuk",
            "Бондаренко" = "bondarenko"
        ],
    ),
    culture(
        "EG",
        "Africa/Cairo",
        120,
        names!["أحمد" = "ahmed", "ليلى" = "layla", "يوسف" = "youssef", "نور" = "nour"],
        names!["الفارسي" = "alfarsi", "منصور" = "mansour", "حداد" = "haddad"],
    ),
    culture(
        "IL",
        "Asia/Jerusalem",
        120,
        names!["נועה" = "noa", "איתן" = "eitan", "תמר" = "tamar"],
        names!["לוי" = "levi", "בן־דוד" = "bendavid", "פרידמן" = "friedman"],
    ),
    culture(
        "IN",
        "Asia/Kolkata",
        330,
        names![
            "आरव" = "aarav",
            "Priya",
            "Lakshmi",
            "Rohan",
            "अनन्या" = "ananya",
            "Kavitha"
        ],
        names!["शर्मा" = "sharma", "Iyer", "Krishnamurthy", "Banerjee", "Singh"],
    ),
    culture(
        "JP",
        "Asia/Tokyo",
        540,
        names![
            "陽子" = "yoko",
            "健太" = "kenta",
            "さくら" = "sakura",
            "大輔" = "daisuke"
        ],
        names![
            "田中" = "tanaka",
            "佐藤" = "sato",
            "鈴木" = "suzuki",
            "渡辺" = "watanabe"
        ],
    ),
    culture(
        "KR",
        "Asia/Seoul",
        540,
        names!["지훈" = "jihoon", "서연" = "seoyeon", "민준" = "minjun"],
        names!["김" = "kim", "이" = "lee", "박" = "park"],
    ),
    culture(
        "VN",
        "Asia/Ho_Chi_Minh",
        420,
        names!["Thị Hoa" = "hoa", "Văn Đức" = "duc", "Ngọc Ánh" = "anh"],
        names!["Nguyễn" = "nguyen", "Trần" = "tran", "Lê" = "le"],
    ),
    culture(
        "BR",
        "America/Sao_Paulo",
        -180,
        names![
            "João" = "joao",
            "Conceição" = "conceicao",
            "Thaís" = "thais",
            "Gonçalo" = "goncalo",
            "Beatriz"
        ],
        names![
            "Araújo" = "araujo",
            "Gonçalves" = "goncalves",
            "da Conceição" = "daconceicao",
            "Magalhães" = "magalhaes"
        ],
    ),
    culture(
        "NG",
        "Africa/Lagos",
        60,
        names!["Chinedu", "Ọlábísí" = "olabisi", "Ngozi", "Túndé" = "tunde"],
        names!["Eze", "Adébáyọ̀" = "adebayo", "Nwosu"],
    ),
];
