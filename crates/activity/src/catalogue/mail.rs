//! Mail to users.

use super::Part::{Meta, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Mail.entry(
        "mail.sent",
        "Mail sent",
        "A mail was handed to the mail server",
        &[Text("Mail sent: "), Meta("subject")],
        "Mail sent: `Activate your account`",
    ),
    Category::Mail
        .entry(
            "mail.failed",
            "Mail failed",
            "A mail could not be handed to the mail server and was given up",
            &[Text("Mail failed: "), Meta("subject")],
            "Mail failed: `Activate your account`",
        )
        .failure(),
    Category::Mail.entry(
        "mail.shown",
        "Mail shown",
        "An administrator was shown the text of a mail, with the link or code in it",
        &[Text("Mail shown: "), Meta("subject")],
        "Mail shown: `Activate your account`",
    ),
    Category::Mail.entry(
        "mail.retried",
        "Mail retried",
        "An administrator had a mail sent once more",
        &[Text("Mail retried: "), Meta("subject")],
        "Mail retried: `Activate your account`",
    ),
    Category::Mail.entry(
        "mail.deleted",
        "Mail deleted",
        "An administrator deleted a mail from the outbox",
        &[Text("Mail deleted: "), Meta("subject")],
        "Mail deleted: `Activate your account`",
    ),
];
