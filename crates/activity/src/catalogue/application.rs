//! Applications: what users log in to besides the web manager.

use super::Part::{After, Target, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Application.entry(
        "application.registered",
        "Application registered",
        "An administrator registered an application",
        &[Text("Application registered: "), Target],
        "Application registered: `Headset` (`app_1`)",
    ),
    Category::Application.entry(
        "application.renamed",
        "Application renamed",
        "An administrator gave an application another name",
        &[Text("Application renamed to: "), Target],
        "Application renamed to: `Headset` (`app_1`)",
    ),
    Category::Application.entry(
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
    Category::Application
        .entry(
            "application.disabled",
            "Application disabled",
            "An administrator disabled an application, which logged everybody out of it",
            &[Text("Application disabled: "), Target],
            "Application disabled: `Headset` (`app_1`)",
        )
        .warning(),
    Category::Application.entry(
        "application.enabled",
        "Application enabled",
        "An administrator let users log in to an application again",
        &[Text("Application enabled: "), Target],
        "Application enabled: `Headset` (`app_1`)",
    ),
    Category::Application.entry(
        "application.key_rotated",
        "Application key replaced",
        "An administrator gave an application another key; the old one stopped working",
        &[Text("New key made for application: "), Target],
        "New key made for application: `Headset` (`app_1`)",
    ),
    Category::Application
        .entry(
            "application.deleted",
            "Application deleted",
            "An administrator deleted an application, which logged everybody out of it",
            &[Text("Application deleted: "), Target],
            "Application deleted: `Headset` (`app_1`)",
        )
        .warning(),
];
