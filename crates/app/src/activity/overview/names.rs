//! What the values of facets are called: ids by the names their accounts, groups and applications have now, else by
//! what the log called them last.

use std::collections::HashMap;

use activity::catalogue;
use engine::Facet;

use super::narrow::term;
use crate::App;
use crate::activity::get::latest;
use crate::activity::scope::Scoped;
use crate::activity::view::ViewError;

/// The names of these values.
pub(super) async fn names(
    app: &App,
    scoped: &Scoped,
    facet: Facet,
    values: &[&str],
) -> Result<HashMap<String, String>, ViewError> {
    let mut names: HashMap<String, String> = match facet {
        Facet::Kind => values.iter().filter_map(title).collect(),
        Facet::User => {
            let mut read = app.store().glance().await?;
            let accounts = store::reporters::accounts(&mut read, values, None).await?;
            accounts
                .into_iter()
                .map(|person| (person.id.clone(), person.to_string()))
                .collect()
        }
        Facet::Group => {
            let mut read = app.store().glance().await?;
            let groups = store::reporters::groups(&mut read, values).await?;
            groups.into_iter().map(|group| (group.id, group.name)).collect()
        }
        Facet::Application => {
            let mut read = app.store().glance().await?;
            let applications = store::reporters::applications(&mut read, values).await?;
            applications.into_iter().map(|it| (it.id, it.name)).collect()
        }
        Facet::Outcome | Facet::Ip | Facet::Device | Facet::Country | Facet::Reporter => HashMap::new(),
    };
    for value in values {
        if names.get(*value).is_none_or(String::is_empty)
            && let Some(name) = as_logged(scoped, facet, value).await?
        {
            names.insert((*value).to_owned(), name);
        }
    }
    Ok(names)
}

fn title(code: &&str) -> Option<(String, String)> {
    catalogue::find(code).map(|entry| ((*code).to_owned(), entry.title.to_owned()))
}

/// What the last of the rows with this value calls it, where it is an id that only the log knows. People are not among
/// them: any reporter may write any name beside an id.
async fn as_logged(scoped: &Scoped, facet: Facet, value: &str) -> Result<Option<String>, ViewError> {
    let is_named = matches!(facet, Facet::Group | Facet::Application | Facet::Reporter);
    let Some(term) = term(facet, value).filter(|_| is_named) else {
        return Ok(None);
    };
    let found = latest(&scoped.log, scoped.subject.expr().and(term.into()), |row| match facet {
        Facet::Group => row.group.as_ref().map(|group| group.name.clone()),
        Facet::Application => row.application.as_ref().map(|it| it.name.clone()),
        _ => row.recorder.reporter().map(|reporter| reporter.name.clone()),
    });
    Ok(found.await?.filter(|name| !name.is_empty()))
}
