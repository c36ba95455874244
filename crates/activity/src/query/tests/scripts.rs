//! People are found however their names are written.

use super::*;

fn named(name: &str) -> Activity {
    let mut activity = failed_log_in();
    activity.facts.user = Some(Person {
        id: "usr_9".into(),
        name: name.into(),
        username: "zh".into(),
        email: "zoe.hargreaves@example.com".into(),
    });
    activity.facts.application = Some(Named {
        id: "app_1".into(),
        name: "Web manager".into(),
    });
    activity.facts.user_agent = Some("curl/8.5.0 (Ubuntu)".into());
    activity
        .facts
        .metadata
        .insert("invoice".into(), "INV-2026-0042/a".into());
    activity
}

fn check(name: &str, found: &[&str], missed: &[&str]) {
    let activity = named(name);
    for query in found {
        assert!(read(query).matches(&activity), "{query} finds {name}");
    }
    for query in missed {
        assert!(!read(query).matches(&activity), "{query} does not find {name}");
    }
}

#[test]
fn a_person_is_found_by_words_of_the_name_without_accents() {
    check(
        "Zoë Hargreaves",
        &[
            "user:zoë",
            "user:zoe",
            "user:ZOË",
            "user:\"zoe hargreaves\"",
            "user:\"Zoë Hargreaves\"",
            "user:hargr*",
            "user:*argr*",
            "user:*oe.harg*",
            "zoe",
            "*argr*",
            "by:zoe",
            "by:*hargreaves@*",
            "application:web",
            "application:\"web man\"*",
        ],
        &[
            "user:zo",
            "user:\"zoé\"",
            "user:example",
            "user:\"hargreaves zoe\"",
            "argr",
            "user:=zoe",
            "application:man",
        ],
    );
    check("Zoe Hargreaves", &["user:zoë", "zoë"], &["user:\"zoë\"", "\"zoë\""]);
}

#[test]
fn case_is_folded_in_every_script() {
    check("Οδυσσεύς", &["user:ΟΔΥΣΣΕΥΣ", "οδυσσευσ", "user:οδυσσεύς"], &[]);
    check("STRASSE", &["user:straße", "straße", "\"straße\""], &[]);
    check("İSTANBUL", &["user:istanbul", "istanbul", "ISTANBUL"], &[]);
    check("Müller", &["user:muller", "muller", "\"müller\""], &["\"mùller\""]);
}

#[test]
fn scripts_without_blanks_are_found_by_a_part() {
    check(
        "東京都庁",
        &["user:京都", "東京", "都", "user:*京*", "東*"],
        &["user:東都", "京東"],
    );
    check("ประเทศไทย", &["user:ไทย", "เทศไทย"], &["ไทยเทศ"]);
    check("서울특별시청", &["user:특별", "시청"], &["서울시청"]);
}

#[test]
fn any_part_is_found_between_asterisks() {
    check(
        "Zoë",
        &[
            "metadata.invoice:*0042*",
            "*6-0042/*",
            "*\"2026-0042\"*",
            "user_agent:curl",
            "user_agent:*url/8.5*",
            "ubuntu",
            "*buntu*",
            "*0.1.2*",
            "activity:*login*",
            "*USR_9*",
        ],
        &[
            "metadata.invoice:*0043*",
            "*6-0042a*",
            "user_agent:url",
            "*9.9.9*",
            "activity:*logout*",
        ],
    );
}
