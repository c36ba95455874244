//! What every activity of this installation's own says about who caused it, from where and with what. Owns no use
//! case; each adds its target, changes and metadata to what comes from here.

pub(crate) use activity::shorten::value as shortened;
use activity::{By, Facts, Named, Outcome, Person, Reason, sentence};

use crate::{App, Caller, Origin, Via, Visitor, names};

/// Facts of something `caller` did to `user`'s account, or to their own.
pub(crate) fn about(app: &App, caller: &Caller, code: &str, user: &Person) -> Facts {
    let mut facts = from_origin(app, &caller.origin, code);
    facts.application = Some(application(&caller.via));
    facts.by = by(caller, user);
    facts.user = Some(user.clone());
    name_key(&mut facts, &caller.via);
    facts
}

/// Says with which key it was done, where it was done with one.
fn name_key(facts: &mut Facts, via: &Via) {
    if let Via::ApiKey { id, name, .. } = via {
        facts.metadata.insert(sentence::KEY_ID.to_owned(), id.clone());
        facts.metadata.insert(sentence::KEY_NAME.to_owned(), name.clone());
    }
}

/// Facts of something `caller` did that concerns no account, such as a setting of the installation.
pub(crate) fn of_installation(app: &App, caller: &Caller, code: &str) -> Facts {
    let mut facts = about(app, caller, code, &caller.person);
    facts.user = None;
    facts.by = match &caller.via {
        Via::CommandLine => By::Application(application(&caller.via)),
        _ if caller.roles.administrator => By::Administrator(caller.person.clone()),
        _ => By::Member(caller.person.clone()),
    };
    facts
}

/// Facts of something tried with `user`'s account by somebody who has not proved to be that user.
pub(crate) fn by_visitor(app: &App, visitor: &Visitor, code: &str, user: &Person) -> Facts {
    let mut facts = from_origin(app, &visitor.origin, code);
    facts.application = Some(visitor.application.clone().unwrap_or_else(|| built_in(WEB_MANAGER)));
    facts.user = Some(user.clone());
    facts
}

/// The same, of nobody who is known: of an unknown name, or of an account nobody can be told about.
pub(crate) fn of_nobody(app: &App, visitor: &Visitor, code: &str) -> Facts {
    let mut facts = by_visitor(app, visitor, code, &Person::default());
    facts.user = None;
    facts
}

/// Facts of something this installation did to `user`'s account by itself.
pub(crate) fn by_system(app: &App, code: &str, user: &Person) -> Facts {
    Facts {
        user: Some(user.clone()),
        ..of_system(app, code)
    }
}

/// Facts of something this installation did by itself that concerns no account.
pub(crate) fn of_system(app: &App, code: &str) -> Facts {
    let mut facts = Facts::new(code, app.now());
    facts.by = By::System;
    facts
}

/// The same facts, as a failure for this reason.
pub(crate) fn failed(facts: Facts, reason: Reason) -> Facts {
    Facts {
        outcome: Outcome::Failure,
        ..facts.because(reason)
    }
}

/// A way in that is built in.
#[derive(Clone, Copy)]
struct BuiltIn {
    id: &'static str,
    /// What the log calls it.
    name: &'static str,
}

const WEB_MANAGER: BuiltIn = BuiltIn {
    id: "app_web",
    name: "Web manager",
};
const API: BuiltIn = BuiltIn {
    id: "app_api",
    name: "API",
};
const COMMAND_LINE: BuiltIn = BuiltIn {
    id: "app_cli",
    name: "whodid",
};
const BUILT_IN: [BuiltIn; 3] = [WEB_MANAGER, API, COMMAND_LINE];

/// Whether the log calls a way in that is built in so.
pub(crate) fn is_built_in(name: &str) -> bool {
    // Asked of every item that is reported, whose names hardly ever need folding.
    let is = |built_in: &BuiltIn| match name.is_ascii() {
        true => are_same_words(built_in.name, name),
        false => names::key(built_in.name) == names::key(name),
    };
    BUILT_IN.iter().any(is)
}

/// Whether two texts of ASCII have the same key.
fn are_same_words(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split_whitespace(), other.split_whitespace());
    loop {
        match (one.next(), other.next()) {
            (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {}
            (one, other) => return one.is_none() && other.is_none(),
        }
    }
}

/// The application a caller speaks through.
pub(crate) fn application(via: &Via) -> Named {
    match via {
        Via::Device { .. } => built_in(WEB_MANAGER),
        Via::Application { application, .. } => application.clone(),
        Via::ApiKey { .. } => built_in(API),
        Via::CommandLine => built_in(COMMAND_LINE),
    }
}

fn built_in(application: BuiltIn) -> Named {
    let BuiltIn { id, name } = application;
    Named {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

fn by(caller: &Caller, user: &Person) -> By {
    match &caller.via {
        Via::CommandLine => By::Application(application(&caller.via)),
        // What a program did is nobody's own doing, even if it acts as that account.
        via if caller.person.id == user.id && !matches!(via, Via::ApiKey { .. }) => By::Themself,
        _ if caller.roles.administrator => By::Administrator(caller.person.clone()),
        _ => By::Member(caller.person.clone()),
    }
}

fn from_origin(app: &App, origin: &Origin, code: &str) -> Facts {
    let mut facts = Facts::new(code, app.now());
    facts.ip = origin.ip.map(|ip| ip.to_canonical());
    facts.device.clone_from(&origin.device);
    facts.user_agent.clone_from(&origin.user_agent);
    facts.trace_id.clone_from(&origin.trace_id);
    facts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_of_ascii_are_compared_as_their_keys_are(one in "[ aAbB\t\u{1f}-]{0,6}", other in "[ aAbB\t\u{1f}-]{0,6}") {
            prop_assert_eq!(are_same_words(&one, &other), names::key(&one) == names::key(&other));
        }
    }

    #[test]
    fn a_way_in_that_is_built_in_is_known_however_it_is_written() {
        for name in ["Web manager", "  web\tMANAGER ", "ＡＰＩ", "Whodid"] {
            assert!(is_built_in(name), "{name}");
        }
        for name in ["Web managers", "webmanager", "", "API 2"] {
            assert!(!is_built_in(name), "{name}");
        }
    }
}
