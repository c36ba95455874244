//! Logging in.

use app::factors::{self, Answer, Proof};
use app::logging_in::{self, LogInStep, SetUp};

use crate::factors::{code_of, offered, with_app, with_sms};
use crate::support::{GOOD, HOUR, WRONG, visitor};
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("logging_in/admit", Is::Machinery),
    ("logging_in/challenge", Is::Machinery),
    ("logging_in/error", Is::Machinery),
    ("logging_in/log_in", Is::Mutating(&["user.login"])),
    (
        "logging_in/log_in@last_attempt",
        Is::Mutating(&["user.login_failed", "user.locked"]),
    ),
    (
        "logging_in/log_in@single_device",
        Is::Mutating(&["user.login", "user.forced_logout"]),
    ),
    ("logging_in/log_in@unknown_user", Is::Mutating(&["user.login_failed"])),
    ("logging_in/log_in@wrong_password", Is::Mutating(&["user.login_failed"])),
    ("logging_in/mod", Is::Machinery),
    ("logging_in/peek_challenge", Is::Reading),
    ("logging_in/second_factor", Is::Mutating(&["user.login"])),
    (
        "logging_in/second_factor@recovery",
        Is::Mutating(&["user.recovery_code_used", "user.login"]),
    ),
    ("logging_in/second_factor@wrong", Is::Mutating(&["user.login_failed"])),
    (
        "logging_in/send_log_in_code",
        Is::Mutating(&["user.sms_code_requested"]),
    ),
    (
        "logging_in/send_set_up_code",
        Is::Mutating(&["user.sms_code_requested"]),
    ),
    (
        "logging_in/set_up_at_log_in",
        Is::Mutating(&["user.two_factor_enabled", "user.recovery_codes_shown", "user.login"]),
    ),
    (
        "logging_in/set_up_at_log_in@wrong",
        Is::Mutating(&["user.login_failed"]),
    ),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    match row {
        row if row.starts_with("logging_in/second_factor") => second_step(stage, row).await,
        row if row.starts_with("logging_in/log_in") => log_in(stage, row).await,
        row => set_up(stage, row).await,
    }
}

async fn log_in<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    match row {
        "logging_in/log_in" => action(async move { stage.test.log_in("sam", GOOD).await }),
        "logging_in/log_in@single_device" => {
            crate::applications::on_one_device(stage).await.unwrap();
            action(crate::applications::on_one_device(stage))
        }
        "logging_in/log_in@wrong_password" => action(refused(stage, "sam")),
        "logging_in/log_in@unknown_user" => action(refused(stage, "nobody")),
        "logging_in/log_in@last_attempt" => {
            for _ in 0..4 {
                refused(stage, "sam").await.unwrap();
            }
            action(refused(stage, "sam"))
        }
        other => no_action(other),
    }
}

/// A refusal is what such an attempt is there for; anything else is an error.
async fn refused(stage: &Stage<'_>, login: &str) -> Result<(), String> {
    match stage.test.log_in(login, WRONG).await {
        Err(logging_in::LogInRefused::Refused) => Ok(()),
        other => Err(format!("{:?}", other.map(|signed_in| signed_in.caller))),
    }
}

async fn set_up<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let app = stage.app();
    match row {
        "logging_in/send_log_in_code" => {
            with_sms(stage, Proof::Password(GOOD.to_owned())).await;
            let token = token(stage).await;
            // The log-in sent one itself.
            stage.test.clock.advance(30_000_000);
            action(async move { logging_in::send_log_in_code(app, &visitor(), &token).await })
        }
        "logging_in/send_set_up_code" => {
            let token = required(stage).await;
            action(async move { logging_in::send_set_up_code(app, &visitor(), &token, "+49 151 23456742").await })
        }
        "logging_in/set_up_at_log_in" => {
            let token = required(stage).await;
            let key = offered(stage);
            let code = code_of(stage, &key);
            action(async move {
                logging_in::set_up_at_log_in(app, &visitor(), &token, SetUp::Totp { key, code }, Default::default())
                    .await
            })
        }
        "logging_in/set_up_at_log_in@wrong" => {
            let token = required(stage).await;
            let (key, code) = (offered(stage), "000000".to_owned());
            action(async move {
                match logging_in::set_up_at_log_in(
                    app,
                    &visitor(),
                    &token,
                    SetUp::Totp { key, code },
                    Default::default(),
                )
                .await
                {
                    Err(logging_in::SetUpRefused::Wrong) => Ok(()),
                    other => Err(format!("{:?}", other.map(|done| done.recovery_codes))),
                }
            })
        }
        other => no_action(other),
    }
}

/// The second step of a log-in.
async fn second_step<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let app = stage.app();
    let key = with_app(stage).await;
    let caller = &stage.member;
    let proof = Proof::Code(code_of(stage, &key));
    let codes = factors::new_recovery_codes(app, caller, &proof).await;
    stage.test.clock.advance(HOUR);
    let token = token(stage).await;
    let answer = match row {
        "logging_in/second_factor" => Answer::Totp(code_of(stage, &key)),
        "logging_in/second_factor@recovery" => Answer::Recovery(codes.unwrap()[0].clone()),
        "logging_in/second_factor@wrong" => Answer::Totp("000000".to_owned()),
        other => no_action(other),
    };
    let wrong = row.ends_with("@wrong");
    action(async move {
        match logging_in::second_factor(app, &visitor(), &token, answer, true).await {
            Ok(_) if !wrong => Ok(()),
            Err(logging_in::SecondFactorRefused::Wrong) if wrong => Ok(()),
            other => Err(format!("{:?}", other.map(|signed_in| signed_in.caller))),
        }
    })
}

/// A log-in whose password was right and that waits for the second factor.
pub(crate) async fn token(stage: &Stage<'_>) -> String {
    match stage.test.step("sam", GOOD, None).await {
        LogInStep::SecondFactor(challenge) | LogInStep::SetUp(challenge) => challenge.token,
        LogInStep::Done(_) => panic!("no second step is due"),
    }
}

async fn required(stage: &Stage<'_>) -> String {
    factors::require_mfa(stage.app(), &stage.admin, stage.id(), true)
        .await
        .unwrap();
    token(stage).await
}
