//! Applications: what users log in to besides the web manager.

use super::{ActivityType, Category};
use crate::sentence::Part::{Target, Text};

const fn entry(
    code: &'static str,
    title: &'static str,
    happens: &'static str,
    sentence: &'static [crate::sentence::Part],
    example: &'static str,
) -> ActivityType {
    ActivityType::new(Category::Application, code, title, happens, sentence, example)
}

pub(super) const TYPES: &[ActivityType] = &[entry(
    "application.registered",
    "Application registered",
    "An administrator registered an application",
    &[Text("Application registered: "), Target],
    "Application registered: `Headset` (`app_1`)",
)];
