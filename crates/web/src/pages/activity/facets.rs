//! The facets beside a view: their values with counts, each of which narrows the view or is left out of it.

use app::activity::{Facet, Value, Values};

use super::links::Links;
use crate::shell::Href;

/// One facet, ready for its template.
#[derive(Clone, Debug)]
pub(crate) struct FacetList {
    /// What it is called.
    pub(crate) title: &'static str,
    pub(crate) values: Vec<FacetValue>,
    /// How many rows have another value.
    pub(crate) other: u64,
    /// The view with more values of this facet; `None` if they are shown.
    pub(crate) more: Option<Href>,
}

/// One value of a facet.
#[derive(Clone, Debug)]
pub(crate) struct FacetValue {
    pub(crate) name: String,
    /// Whether it is a name with a username behind it, each of which is to stay in its place.
    pub(crate) is_person: bool,
    pub(crate) n: u64,
    /// Its share of the largest in steps of four per cent, as the style sheet has a width for each.
    pub(crate) share: u64,
    pub(crate) look: &'static str,
    pub(crate) is_chosen: bool,
    pub(crate) is_left_out: bool,
    /// The view once it is pressed.
    pub(crate) toggled: Option<Href>,
    /// The view with this value alone, where others are chosen.
    pub(crate) only: Option<Href>,
    /// The view without it, or with it again.
    pub(crate) left_out: Option<Href>,
}

impl FacetValue {
    /// Whether its name may not fit its line.
    pub(crate) fn is_long(&self) -> bool {
        self.name.len() > 20
    }
}

/// What a facet is called.
fn title(facet: Facet) -> &'static str {
    match facet {
        Facet::Kind => "Activity",
        Facet::Outcome => "Outcome",
        Facet::User => "User",
        Facet::Group => "Group",
        Facet::Application => "Application",
        Facet::Ip => "Address",
        Facet::Device => "Device",
        Facet::Country => "Country",
        Facet::Reporter => "Recorded by",
    }
}

/// Those facets that tell rows apart.
pub(crate) fn lists(all: &[Values], links: &Links) -> Vec<FacetList> {
    all.iter()
        .filter(|values| tells_apart(values))
        .map(|values| list(values, links))
        .collect()
}

/// Whether there is a choice: several values, or one that some rows lack.
fn tells_apart(values: &Values) -> bool {
    let is_asked = |value: &Value| value.is_chosen || value.is_left_out;
    match values.facet {
        Facet::Reporter | Facet::Country => values.values.len() > 1 || values.values.iter().any(is_asked),
        _ => !values.values.is_empty(),
    }
}

fn list(values: &Values, links: &Links) -> FacetList {
    let word = values.facet.query_word();
    let most = values
        .values
        .iter()
        .map(|value| value.n)
        .max()
        .unwrap_or_default()
        .max(1);
    let has_chosen = values.values.iter().any(|value| value.is_chosen);
    let href = |query: &Option<String>| {
        query
            .as_ref()
            .map(|query| links.state.with_query(query.as_str()).link())
    };
    let value = |value: &Value| FacetValue {
        name: name(values.facet, value),
        is_person: values.facet == Facet::User && !value.name.is_ascii(),
        n: value.n,
        share: (value.n * 100).div_ceil(most * 4) * 4,
        look: match (value.is_chosen, value.is_left_out, values.facet) {
            (true, ..) => "on",
            (_, true, _) => "off",
            (_, _, Facet::Outcome) if value.value == "failure" || value.value == "denied" => "fails",
            (_, _, Facet::Kind) if is_failure(&value.value) => "fails",
            _ => "",
        },
        is_chosen: value.is_chosen,
        is_left_out: value.is_left_out,
        toggled: href(&value.toggled),
        only: href(&value.only).filter(|_| has_chosen),
        left_out: href(&value.left_out),
    };
    let is_open = links.state.more == word;
    FacetList {
        title: title(values.facet),
        values: values.values.iter().map(value).collect(),
        other: values.other,
        more: (values.other > 0 && !is_open).then(|| links.state.with_more(word).link()),
    }
}

fn is_failure(code: &str) -> bool {
    activity::catalogue::find(code).is_some_and(|entry| entry.level == activity::catalogue::Level::Failure)
}

/// What a value is called.
fn name(facet: Facet, value: &Value) -> String {
    let mut letters = value.name.chars();
    match (facet, value.value.as_str()) {
        (Facet::Reporter, "whodid") => "Whodid itself".to_owned(),
        (Facet::Reporter, "unstated") => "Not said".to_owned(),
        (Facet::Outcome, _) => letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect(),
        _ => value.name.clone(),
    }
}
