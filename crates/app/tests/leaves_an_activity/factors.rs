//! Second factors, and the sending of short messages: `factors` and `sms`.

use app::accounts::{self, LogInStep, Proof};
use app::factors::{self, Answer, EnableSms, EnableTotp, Factor, SetUp};
use totp_rs::{Builder, Secret};

use crate::support::{GOOD, HOUR, visitor};
use crate::{Deed, Is, Stage, Table, deed, no_deed};

pub(crate) const TABLE: Table = &[
    ("factors/answer", Is::Machinery),
    ("factors/check", Is::Machinery),
    ("factors/due", Is::Machinery),
    (
        "factors/enable_sms",
        Is::Mutating(&["user.two_factor_enabled", "user.recovery_codes_shown"]),
    ),
    ("factors/enable_sms@request", Is::Mutating(&["user.sms_code_requested"])),
    (
        "factors/enable_totp",
        Is::Mutating(&["user.two_factor_enabled", "user.recovery_codes_shown"]),
    ),
    ("factors/get_factors", Is::Reading),
    ("factors/keep", Is::Machinery),
    ("factors/mod", Is::Machinery),
    (
        "factors/new_recovery_codes",
        Is::Mutating(&["user.recovery_codes_shown"]),
    ),
    ("factors/offer_totp", Is::Reading),
    ("factors/recovery", Is::Machinery),
    ("factors/require_mfa", Is::Mutating(&["account.mfa_required"])),
    (
        "factors/require_mfa@no_longer",
        Is::Mutating(&["account.mfa_not_required"]),
    ),
    ("factors/reset_mfa", Is::Mutating(&["account.mfa_reset"])),
    ("factors/send_code", Is::Machinery),
    (
        "factors/send_confirmation_code",
        Is::Mutating(&["user.sms_code_requested"]),
    ),
    ("factors/send_log_in_code", Is::Mutating(&["user.sms_code_requested"])),
    ("factors/send_set_up_code", Is::Mutating(&["user.sms_code_requested"])),
    (
        "factors/set_up_at_log_in",
        Is::Mutating(&["user.two_factor_enabled", "user.recovery_codes_shown", "user.login"]),
    ),
    ("factors/set_up_at_log_in@wrong", Is::Mutating(&["user.login_failed"])),
    ("factors/totp", Is::Machinery),
    ("factors/turn_off", Is::Mutating(&["user.two_factor_disabled"])),
    (
        "factors/turn_off@one_of_two",
        Is::Mutating(&["user.two_factor_method_removed"]),
    ),
    ("sms/http_form", Is::Machinery),
    ("sms/mod", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Deed<'a> {
    let (app, admin, member, id) = (stage.app(), &stage.admin, &stage.member, stage.id());
    let proof = || Proof::Password(GOOD.to_owned());
    match row {
        "factors/enable_totp" => {
            let key = offered(stage);
            let code = code_of(stage, &key);
            let typed = EnableTotp {
                others: Default::default(),
                key,
                code,
                proof: proof(),
            };
            deed(factors::enable_totp(app, member, typed))
        }
        "factors/enable_sms" => {
            factors::request_enable_sms(app, member, number()).await.unwrap();
            let code = sms(stage).await;
            deed(async move { factors::enable_sms(app, member, &code, Default::default()).await })
        }
        "factors/enable_sms@request" => deed(factors::request_enable_sms(app, member, number())),
        "factors/new_recovery_codes" => {
            let code = code_of(stage, &with_app(stage).await);
            deed(async move { factors::new_recovery_codes(app, member, &Proof::Code(code)).await })
        }
        "factors/require_mfa" => deed(factors::require_mfa(app, admin, id, true)),
        "factors/require_mfa@no_longer" => {
            factors::require_mfa(app, admin, id, true).await.unwrap();
            deed(factors::require_mfa(app, admin, id, false))
        }
        "factors/reset_mfa" => {
            with_app(stage).await;
            deed(factors::reset_mfa(app, admin, id))
        }
        "factors/send_confirmation_code" => {
            with_sms(stage, Proof::Password(GOOD.to_owned())).await;
            deed(factors::send_confirmation_code(app, member))
        }
        "factors/turn_off" => {
            let code = code_of(stage, &with_app(stage).await);
            deed(async move { factors::turn_off(app, member, Factor::Totp, &code).await })
        }
        "factors/turn_off@one_of_two" => {
            let key = with_app(stage).await;
            with_sms(stage, Proof::Code(code_of(stage, &key))).await;
            let code = code_of(stage, &key);
            deed(async move { factors::turn_off(app, member, Factor::Sms, &code).await })
        }
        row => at_log_in(stage, row).await,
    }
}

async fn at_log_in<'a>(stage: &'a Stage<'a>, row: &str) -> Deed<'a> {
    let app = stage.app();
    match row {
        "factors/send_log_in_code" => {
            with_sms(stage, Proof::Password(GOOD.to_owned())).await;
            let token = token(stage).await;
            // The log-in sent one itself.
            stage.test.clock.advance(30_000_000);
            deed(async move { factors::send_log_in_code(app, &visitor(), &token).await })
        }
        "factors/send_set_up_code" => {
            let token = required(stage).await;
            deed(async move { factors::send_set_up_code(app, &visitor(), &token, "+49 151 23456742").await })
        }
        "factors/set_up_at_log_in" => {
            let token = required(stage).await;
            let key = offered(stage);
            let code = code_of(stage, &key);
            deed(async move {
                factors::set_up_at_log_in(app, &visitor(), &token, SetUp::Totp { key, code }, Default::default()).await
            })
        }
        "factors/set_up_at_log_in@wrong" => {
            let token = required(stage).await;
            let (key, code) = (offered(stage), "000000".to_owned());
            deed(async move {
                match factors::set_up_at_log_in(app, &visitor(), &token, SetUp::Totp { key, code }, Default::default())
                    .await
                {
                    Err(factors::SetUpRefused::Wrong) => Ok(()),
                    other => Err(format!("{:?}", other.map(|done| done.recovery_codes))),
                }
            })
        }
        other => no_deed(other),
    }
}

/// The second step of a log-in, which is a use case of `accounts`.
pub(crate) async fn second_step<'a>(stage: &'a Stage<'a>, row: &str) -> Deed<'a> {
    let app = stage.app();
    let key = with_app(stage).await;
    let caller = &stage.member;
    let proof = Proof::Code(code_of(stage, &key));
    let codes = factors::new_recovery_codes(app, caller, &proof).await;
    stage.test.clock.advance(HOUR);
    let token = token(stage).await;
    let answer = match row {
        "accounts/second_factor" => Answer::Totp(code_of(stage, &key)),
        "accounts/second_factor@recovery" => Answer::Recovery(codes.unwrap()[0].clone()),
        "accounts/second_factor@wrong" => Answer::Totp("000000".to_owned()),
        other => no_deed(other),
    };
    let wrong = row.ends_with("@wrong");
    deed(async move {
        match accounts::second_factor(app, &visitor(), &token, answer, true).await {
            Ok(_) if !wrong => Ok(()),
            Err(accounts::SecondFactorRefused::Wrong) if wrong => Ok(()),
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

/// Sets an authenticator app up; its key.
pub(crate) async fn with_app(stage: &Stage<'_>) -> String {
    let key = offered(stage);
    let typed = EnableTotp {
        others: Default::default(),
        key: key.clone(),
        code: code_of(stage, &key),
        proof: Proof::Password(GOOD.to_owned()),
    };
    factors::enable_totp(stage.app(), &stage.member, typed).await.unwrap();
    stage.test.clock.advance(HOUR);
    key
}

async fn with_sms(stage: &Stage<'_>, proof: Proof) {
    let number = EnableSms { proof, ..number() };
    factors::request_enable_sms(stage.app(), &stage.member, number)
        .await
        .unwrap();
    let code = sms(stage).await;
    factors::enable_sms(stage.app(), &stage.member, &code, Default::default())
        .await
        .unwrap();
    stage.test.clock.advance(HOUR);
}

fn number() -> EnableSms {
    EnableSms {
        phone: "+49 151 23456742".to_owned(),
        proof: Proof::Password(GOOD.to_owned()),
    }
}

async fn sms(stage: &Stage<'_>) -> String {
    let mails = stage.test.mails().await;
    let (_, text) = mails.iter().find(|(subject, _)| subject == "SMS").unwrap();
    text[..6].to_owned()
}

fn offered(stage: &Stage<'_>) -> String {
    factors::offer_totp(stage.app(), &stage.member.person, None)
        .unwrap()
        .key
}

fn code_of(stage: &Stage<'_>, key: &str) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(stage.app().now().0 / 1_000_000).unwrap())
        .to_string()
}
