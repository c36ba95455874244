//! What is written by people: names and notes in several languages, and the names of groups and sessions.

use super::random::Draw;

/// Names and notes of one language; names also as they are typed for a log-in.
pub struct Language {
    pub countries: &'static [&'static str],
    given: &'static [(&'static str, &'static str)],
    family: &'static [(&'static str, &'static str)],
    notes: &'static [&'static str],
}

/// A name as it is written, and as it is typed.
pub struct Name {
    pub written: String,
    pub typed: String,
}

impl Language {
    pub fn name(&self, draw: &mut Draw) -> Name {
        let (given, family) = (draw.pick(self.given), draw.pick(self.family));
        Name {
            written: format!("{} {}", given.0, family.0),
            typed: format!("{}.{}", given.1, family.1),
        }
    }

    /// Two phrases and a number.
    pub fn note(&self, draw: &mut Draw) -> String {
        let (first, second) = (draw.pick(self.notes), draw.pick(self.notes));
        format!("{first} {second} {}", draw.below(100_000))
    }
}

/// Most people's.
pub static ENGLISH: Language = Language {
    countries: &["GB", "US", "IE", "CA", "AU"],
    given: &[
        ("Sam", "sam"),
        ("Grace", "grace"),
        ("Noor", "noor"),
        ("Omar", "omar"),
        ("Ines", "ines"),
        ("Tara", "tara"),
        ("Viktor", "viktor"),
        ("Amelia", "amelia"),
        ("Desmond", "desmond"),
        ("Priya", "priya"),
        ("Zoë", "zoe"),
    ],
    family: &[
        ("Jones", "jones"),
        ("Whitfield", "whitfield"),
        ("O'Connor", "oconnor"),
        ("Okafor", "okafor"),
        ("Reyes", "reyes"),
        ("Llewellyn", "llewellyn"),
        ("Bennett", "bennett"),
        ("Haddad", "haddad"),
        ("Novak", "novak"),
        ("Larsen", "larsen"),
    ],
    notes: &[
        "checked with the night shift",
        "sent back once",
        "waiting for a signature",
        "as agreed by telephone",
    ],
};

/// The others.
pub static OTHERS: &[Language] = &[
    Language {
        countries: &["DE", "AT", "CH"],
        given: &[
            ("Jürgen", "juergen"),
            ("Käthe", "kaethe"),
            ("Björn", "bjoern"),
            ("Änne", "aenne"),
            ("Uwe", "uwe"),
        ],
        family: &[
            ("Müller", "mueller"),
            ("Groß", "gross"),
            ("Schäfer", "schaefer"),
            ("Vogt", "vogt"),
            ("Weiß", "weiss"),
        ],
        notes: &[
            "Rückfrage bei der Spätschicht",
            "Schlüssel zurückgegeben",
            "Maß überprüft",
            "Übergabe verzögert",
        ],
    },
    Language {
        countries: &["GR", "CY"],
        given: &[
            ("Ελένη", "eleni"),
            ("Γιώργος", "giorgos"),
            ("Άννα", "anna"),
            ("Νίκος", "nikos"),
        ],
        family: &[
            ("Παπαδόπουλος", "papadopoulos"),
            ("Γεωργίου", "georgiou"),
            ("Οικονόμου", "oikonomou"),
        ],
        notes: &[
            "έλεγχος της βραδινής βάρδιας",
            "το κλειδί επιστράφηκε",
            "αναμονή υπογραφής",
            "όπως συμφωνήθηκε",
        ],
    },
    Language {
        countries: &["CN", "TW", "SG"],
        given: &[
            ("小明", "xiaoming"),
            ("丽华", "lihua"),
            ("伟", "wei"),
            ("静怡", "jingyi"),
        ],
        family: &[("王", "wang"), ("陈", "chen"), ("张", "zhang"), ("欧阳", "ouyang")],
        notes: &["夜班已经检查", "钥匙已归还", "等待签字", "按电话约定处理"],
    },
    Language {
        countries: &["JP"],
        given: &[
            ("さくら", "sakura"),
            ("健太", "kenta"),
            ("ユウキ", "yuuki"),
            ("陽子", "youko"),
        ],
        family: &[
            ("佐藤", "satou"),
            ("田中", "tanaka"),
            ("渡辺", "watanabe"),
            ("小林", "kobayashi"),
        ],
        notes: &["夜勤が確認しました", "鍵は返却済み", "署名待ち", "電話で合意した通り"],
    },
    Language {
        countries: &["TH"],
        given: &[
            ("สมชาย", "somchai"),
            ("มาลี", "malee"),
            ("กิตติ", "kitti"),
            ("สุดา", "suda"),
        ],
        family: &[("ใจดี", "jaidee"), ("ศรีสุข", "srisuk"), ("ทองคำ", "thongkham")],
        notes: &["กะกลางคืนตรวจสอบแล้ว", "คืนกุญแจแล้ว", "รอลายเซ็น", "ตามที่ตกลงทางโทรศัพท์"],
    },
];

/// First words of groups.
pub static GROUPS: &[&str] = &[
    "Flight Training",
    "Atelier Étoile",
    "Surgical Skills",
    "Nordlys Werft",
    "Museum Guides",
    "研修センター",
    "Fire & Rescue",
    "Süd Montage",
    "Design Review",
    "Field Service",
    "Harbour Crane",
    "Ομάδα ελέγχου",
    "Safety <Level 2>",
    "安全小组",
    "ทีมตรวจสอบ",
    "Quality Circle",
];
