//! Second factors, and the sending of short messages: `factors` and `sms`.

use app::factors::{self, EnableSms, EnableTotp, Factor, Proof};
use totp_rs::{Builder, Secret};

use crate::support::{GOOD, HOUR};
use crate::{Action, Is, Stage, Table, action, no_action};

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
    ("factors/reauthenticate", Is::Machinery),
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
    ("factors/totp", Is::Machinery),
    ("factors/turn_off", Is::Mutating(&["user.two_factor_disabled"])),
    (
        "factors/turn_off@one_of_two",
        Is::Mutating(&["user.two_factor_method_removed"]),
    ),
    ("sms/http_form", Is::Machinery),
    ("sms/mod", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
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
            action(factors::enable_totp(app, member, typed))
        }
        "factors/enable_sms" => {
            factors::request_enable_sms(app, member, number()).await.unwrap();
            let code = sms(stage).await;
            action(async move { factors::enable_sms(app, member, &code, Default::default()).await })
        }
        "factors/enable_sms@request" => action(factors::request_enable_sms(app, member, number())),
        "factors/new_recovery_codes" => {
            let code = code_of(stage, &with_app(stage).await);
            action(async move { factors::new_recovery_codes(app, member, &Proof::Code(code)).await })
        }
        "factors/require_mfa" => action(factors::require_mfa(app, admin, id, true)),
        "factors/require_mfa@no_longer" => {
            factors::require_mfa(app, admin, id, true).await.unwrap();
            action(factors::require_mfa(app, admin, id, false))
        }
        "factors/reset_mfa" => {
            with_app(stage).await;
            action(factors::reset_mfa(app, admin, id))
        }
        "factors/send_confirmation_code" => {
            with_sms(stage, Proof::Password(GOOD.to_owned())).await;
            action(factors::send_confirmation_code(app, member))
        }
        "factors/turn_off" => {
            let code = code_of(stage, &with_app(stage).await);
            action(async move { factors::turn_off(app, member, Factor::Totp, &code).await })
        }
        "factors/turn_off@one_of_two" => {
            let key = with_app(stage).await;
            with_sms(stage, Proof::Code(code_of(stage, &key))).await;
            let code = code_of(stage, &key);
            action(async move { factors::turn_off(app, member, Factor::Sms, &code).await })
        }
        other => no_action(other),
    }
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

pub(crate) async fn with_sms(stage: &Stage<'_>, proof: Proof) {
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

pub(crate) fn offered(stage: &Stage<'_>) -> String {
    factors::offer_totp(stage.app(), &stage.member.person, None)
        .unwrap()
        .key
}

pub(crate) fn code_of(stage: &Stage<'_>, key: &str) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(stage.app().now().0 / 1_000_000).unwrap())
        .to_string()
}
