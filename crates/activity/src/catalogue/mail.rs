//! Mail to users.

use super::{ActivityType, Category};
use crate::sentence::Part::{Meta, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::Mail, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[
    entry(
        "mail.sent",
        "Mail sent",
        "A mail was handed to the mail server",
        &[Text("Mail sent: "), Meta("subject")],
        "Mail sent: `Activate your account`",
    ),
    entry(
        "mail.failed",
        "Mail failed",
        "A mail could not be handed to the mail server and was given up",
        &[Text("Mail failed: "), Meta("subject")],
        "Mail failed: `Activate your account`",
    )
    .failure(),
    entry(
        "mail.retried",
        "Mail retried",
        "An administrator had a mail sent once more",
        &[Text("Mail retried: "), Meta("subject")],
        "Mail retried: `Activate your account`",
    ),
    entry(
        "mail.deleted",
        "Mail deleted",
        "An administrator deleted a mail from the outbox",
        &[Text("Mail deleted: "), Meta("subject")],
        "Mail deleted: `Activate your account`",
    ),
];
