//! What every activity of this installation's own says about who caused it, from where and with what. Owns no use
//! case; each adds its target, changes and metadata to what comes from here.

use activity::{By, Facts, Named, Outcome, Person};

use crate::{App, Caller, Origin, Via, Visitor};

/// Facts of something `caller` did to `user`'s account, or to their own.
pub(crate) fn about(app: &App, caller: &Caller, code: &str, user: &Person) -> Facts {
    let mut facts = from_origin(app, &caller.origin, code);
    facts.application = Some(application(&caller.via));
    facts.by = by(caller, user);
    facts.user = Some(user.clone());
    facts
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
    facts.application = Some(visitor.application.clone().unwrap_or_else(web_manager));
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
    let mut facts = Facts::new(code, app.now());
    facts.user = Some(user.clone());
    facts.by = By::System;
    facts
}

/// The same facts, as a failure for this reason.
pub(crate) fn failed(mut facts: Facts, reason: &str) -> Facts {
    facts.outcome = Outcome::Failure;
    facts.reason = Some(reason.to_owned());
    facts
}

/// The application a caller speaks through.
pub(crate) fn application(via: &Via) -> Named {
    match via {
        Via::Device { .. } => web_manager(),
        Via::Application { application, .. } => application.clone(),
        Via::ApiKey { .. } => Named {
            id: "app_api".to_owned(),
            name: "API".to_owned(),
        },
        Via::CommandLine => Named {
            id: "app_cli".to_owned(),
            name: "whodid".to_owned(),
        },
    }
}

fn web_manager() -> Named {
    Named {
        id: "app_web".to_owned(),
        name: "Web manager".to_owned(),
    }
}

fn by(caller: &Caller, user: &Person) -> By {
    match &caller.via {
        Via::CommandLine => By::Application(application(&caller.via)),
        _ if caller.person.id == user.id => By::Themself,
        _ if caller.roles.administrator => By::Administrator(caller.person.clone()),
        _ => By::Member(caller.person.clone()),
    }
}

fn from_origin(app: &App, origin: &Origin, code: &str) -> Facts {
    let mut facts = Facts::new(code, app.now());
    facts.ip = origin.ip.map(|ip| ip.to_canonical());
    facts.device.clone_from(&origin.device);
    facts.user_agent.clone_from(&origin.user_agent);
    facts
}
