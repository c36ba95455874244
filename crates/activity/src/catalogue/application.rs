//! Applications: what users log in to besides the web manager.

use super::{ActivityType, Category};
use crate::sentence::Part::{After, Target, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::Application, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[
    entry(
        "application.registered",
        "Application registered",
        "An administrator registered an application",
        &[Text("Application registered: "), Target],
        "Application registered: `Headset` (`app_1`)",
    ),
    entry(
        "application.renamed",
        "Application renamed",
        "An administrator gave an application another name",
        &[Text("Application renamed to: "), Target],
        "Application renamed to: `Headset` (`app_1`)",
    ),
    entry(
        "application.single_device_changed",
        "Single device changed",
        "An administrator changed whether an application is for one device of each user at a time",
        &[
            Text("Single device set to "),
            After("single_device"),
            Text(" for application: "),
            Target,
        ],
        "Single device set to `yes` for application: `Headset` (`app_1`)",
    ),
    entry(
        "application.disabled",
        "Application disabled",
        "An administrator disabled an application, which logged everybody out of it",
        &[Text("Application disabled: "), Target],
        "Application disabled: `Headset` (`app_1`)",
    )
    .warning(),
    entry(
        "application.enabled",
        "Application enabled",
        "An administrator let users log in to an application again",
        &[Text("Application enabled: "), Target],
        "Application enabled: `Headset` (`app_1`)",
    ),
    entry(
        "application.key_rotated",
        "Application key replaced",
        "An administrator gave an application another key; the old one stopped working",
        &[Text("New key made for application: "), Target],
        "New key made for application: `Headset` (`app_1`)",
    ),
    entry(
        "application.deleted",
        "Application deleted",
        "An administrator deleted an application, which logged everybody out of it",
        &[Text("Application deleted: "), Target],
        "Application deleted: `Headset` (`app_1`)",
    )
    .warning(),
];
