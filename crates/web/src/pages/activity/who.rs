//! Who did what a row says, and on whom. A row never shows a deed as its subject's own.

use activity::{By, Facts, Person};

/// Somebody or something named in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) id: String,
    /// Never empty.
    pub(crate) name: String,
    /// Empty where there is none, or it is the name already.
    pub(crate) username: String,
    /// What it is, where it is no person.
    pub(crate) sort: &'static str,
}

impl Who {
    fn person(person: &Person) -> Self {
        let known = [&person.name, &person.username, &person.email, &person.id];
        let name = known.into_iter().find(|name| !name.is_empty());
        Self {
            id: person.id.clone(),
            username: match person.name.is_empty() {
                true => String::new(),
                false => person.username.clone(),
            },
            name: name.map_or_else(|| "Somebody".to_owned(), Clone::clone),
            sort: "",
        }
    }

    fn program(name: &str, id: &str, sort: &'static str) -> Self {
        let name = if name.is_empty() { id } else { name };
        Self {
            name: if name.is_empty() { "A program" } else { name }.to_owned(),
            sort,
            ..Self::default()
        }
    }

    /// Who did it.
    pub(crate) fn did(facts: &Facts) -> Self {
        match &facts.by {
            By::Administrator(person) | By::Member(person) | By::Person(person) => Self::person(person),
            By::Application(it) => Self::program(&it.name, &it.id, "application"),
            By::System if facts.recorder.is_reported() => {
                let named = facts.application.as_ref().map(|it| (it.name.as_str(), it.id.as_str()));
                let reporter = facts.recorder.reporter().map(|it| (it.name.as_str(), it.id.as_str()));
                let (name, id) = named.or(reporter).unwrap_or_default();
                Self::program(name, id, "system")
            }
            By::System => Self::program("Whodid", "", "system"),
            By::Themself => match &facts.user {
                Some(user) => Self::person(user),
                None => Self {
                    name: "Somebody unknown".to_owned(),
                    ..Self::default()
                },
            },
        }
    }

    /// On whom it was done, where that is somebody else.
    pub(crate) fn suffered(facts: &Facts) -> Option<Self> {
        let user = facts.user.as_ref()?;
        let is_own = match &facts.by {
            By::Themself => true,
            By::Administrator(person) | By::Member(person) | By::Person(person) => person.id == user.id,
            By::Application(_) | By::System => false,
        };
        (!is_own).then(|| Self::person(user))
    }

    /// Whether nobody knows that it was they: who is named is who somebody claimed to be.
    pub(crate) fn is_unproven(facts: &Facts) -> bool {
        let is_log_in = facts.kind.starts_with("user.login");
        is_log_in && (facts.outcome.is_failure() || &*facts.kind == "user.login_failed") && facts.by == By::Themself
    }

    /// Whether there is more to say than the column has room for: a username, or a long name.
    pub(crate) fn is_long(&self) -> bool {
        !self.username.is_empty() || self.name.len() > 20
    }

    /// Name and username, for where they stand whole.
    pub(crate) fn whole(&self) -> String {
        match self.username.as_str() {
            "" => self.name.clone(),
            username => format!("{} ({username})", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use activity::{Named, Recorder, Reporter, Time};

    use super::*;

    fn person(id: &str, name: &str) -> Person {
        Person {
            id: id.to_owned(),
            name: name.to_owned(),
            ..Person::default()
        }
    }

    #[test]
    fn the_doer_comes_first_and_the_subject_only_where_it_is_somebody_else() {
        let mut facts = Facts::new("account.roles_changed", Time(0));
        facts.user = Some(person("usr_1", "Mia"));
        facts.by = By::Administrator(person("usr_2", "Sam"));
        assert_eq!(Who::did(&facts).name, "Sam");
        assert_eq!(Who::suffered(&facts).unwrap().name, "Mia");
        facts.by = By::Themself;
        assert_eq!((Who::did(&facts).name.as_str(), Who::suffered(&facts)), ("Mia", None));
        facts.by = By::Member(person("usr_1", "Mia"));
        assert_eq!(Who::suffered(&facts), None);
    }

    #[test]
    fn nobody_has_an_empty_name() {
        let mut facts = Facts::new("user.locked", Time(0));
        assert_eq!(Who::did(&facts).name, "Somebody unknown");
        facts.by = By::System;
        assert_eq!(
            (Who::did(&facts).name.as_str(), Who::did(&facts).sort),
            ("Whodid", "system")
        );
        facts.recorder = Recorder::ApiKey(Reporter {
            id: "key_1".to_owned(),
            ..Reporter::default()
        });
        assert_eq!(Who::did(&facts).name, "key_1");
        facts.application = Some(Named {
            id: "app_1".to_owned(),
            name: "Billing".to_owned(),
        });
        assert_eq!(Who::did(&facts).name, "Billing");
        facts.by = By::Application(Named::default());
        assert_eq!(Who::did(&facts).name, "A program");
        facts.by = By::Member(Person::default());
        assert_eq!(Who::did(&facts).name, "Somebody");
    }
}
