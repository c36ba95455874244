//! Passkeys.

use app::factors::Proof;
use app::logging_in::{LogInRefused, LogInStep, SecondFactorRefused};
use app::passkeys::{self, AddPasskey, RemoveProof};

use crate::support::authenticator::Authenticator;
use crate::support::{GOOD, visitor};
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("passkeys/add", Is::Mutating(&["user.passkey_added"])),
    ("passkeys/ask", Is::Machinery),
    (
        "passkeys/begin_add",
        Is::Silent("a question; what was added leaves one"),
    ),
    (
        "passkeys/begin_confirm",
        Is::Silent("a question; what was asked for with it leaves one"),
    ),
    (
        "passkeys/begin_log_in",
        Is::Silent("a question of nobody; the answer leaves one"),
    ),
    (
        "passkeys/begin_second_factor",
        Is::Silent("a question; the answer leaves one"),
    ),
    ("passkeys/list", Is::Reading),
    ("passkeys/log_in", Is::Mutating(&["user.login"])),
    ("passkeys/log_in@wrong", Is::Mutating(&["user.login_failed"])),
    ("passkeys/mod", Is::Machinery),
    ("passkeys/model", Is::Machinery),
    ("passkeys/remove", Is::Mutating(&["user.passkey_removed"])),
    ("passkeys/rename", Is::Mutating(&["user.passkey_renamed"])),
    ("passkeys/second_factor", Is::Mutating(&["user.login"])),
    ("passkeys/second_factor@wrong", Is::Mutating(&["user.login_failed"])),
    ("passkeys/site", Is::Machinery),
    ("passkeys/verify", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, member) = (stage.app(), &stage.member);
    let mut authenticator = Authenticator::new(1);
    let asked = passkeys::begin_add(app, member, &password()).await.unwrap();
    let new = AddPasskey {
        others: Default::default(),
        name: "Phone".to_owned(),
        answered: authenticator.create(&asked),
    };
    if row == "passkeys/add" {
        return action(passkeys::add(app, member, new));
    }
    passkeys::add(app, member, new).await.unwrap();
    let id = passkeys::list(app, member).await.unwrap()[0].id.clone();
    // A refusal is what a wrong answer is there for; anything else is an error.
    let wrong = row.ends_with("@wrong");
    authenticator.verifies = !wrong;
    match row {
        "passkeys/log_in" | "passkeys/log_in@wrong" => {
            let asked = passkeys::begin_log_in(app, &visitor()).await.unwrap().unwrap();
            let answered = authenticator.get(&asked);
            action(async move {
                match passkeys::log_in(app, &visitor(), &answered, None).await {
                    Ok(_) if !wrong => Ok(()),
                    Err(LogInRefused::Refused) if wrong => Ok(()),
                    other => Err(format!("{:?}", other.map(|signed_in| signed_in.caller))),
                }
            })
        }
        "passkeys/second_factor" | "passkeys/second_factor@wrong" => {
            let token = after_password(stage).await;
            let asked = passkeys::begin_second_factor(app, &visitor(), &token).await.unwrap();
            let answered = authenticator.get(&asked);
            action(async move {
                match passkeys::second_factor(app, &visitor(), &token, &answered, true).await {
                    Ok(_) if !wrong => Ok(()),
                    Err(SecondFactorRefused::Wrong) if wrong => Ok(()),
                    other => Err(format!("{:?}", other.map(|signed_in| signed_in.caller))),
                }
            })
        }
        "passkeys/remove" => {
            let asked = passkeys::begin_confirm(app, member).await.unwrap();
            let proof = RemoveProof::Passkey(authenticator.get(&asked));
            action(async move { passkeys::remove(app, member, &id, &proof).await })
        }
        "passkeys/rename" => action(async move { passkeys::rename(app, member, &id, "Old phone").await }),
        other => no_action(other),
    }
}

fn password() -> Proof {
    Proof::Password(GOOD.to_owned())
}

/// The token of a log-in whose password was right.
async fn after_password(stage: &Stage<'_>) -> String {
    match stage.test.step("sam", GOOD, None).await {
        LogInStep::SecondFactor(challenge) => challenge.token,
        step => panic!("{step:?}"),
    }
}
