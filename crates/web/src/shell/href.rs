//! Addresses of this site. What a page links to, posts to or redirects to is an [`Href`], and what comes from an
//! activity gets into one as a segment or a parameter, escaped: an id with `/` or `?` in it names another page's
//! thing, never another page. The templates' filters `|href` and `|segment` take nothing else, and
//! a test over all templates (`no_address_in_a_template_is_raw`) sees to it that every address passes through one of them.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::LocalPath;

/// What stands as it is in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b'~');

/// What stands as it is in a parameter, so that a query can be read in the address bar.
const PARAMETER: &AsciiSet = &SEGMENT.remove(b':').remove(b',').remove(b'*').remove(b'/');

/// An address of this site: a path, and perhaps parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Href(String);

impl Href {
    /// The path of these segments, each of them escaped.
    #[must_use]
    pub fn to(segments: &[&str]) -> Self {
        segments.iter().fold(Self(String::new()), |path, text| path.then(text))
    }

    /// An address of this site in whole, as a mail says it: below `public_url`, which the settings give.
    #[must_use]
    pub fn in_whole(text: &str, public_url: &str) -> Option<Self> {
        let below = text.strip_prefix(public_url.trim_end_matches('/'))?;
        let is_plain = text.bytes().all(|b| b.is_ascii_graphic());
        (is_plain && (below.is_empty() || below.starts_with('/'))).then(|| Self(text.to_owned()))
    }

    /// The page below this one. It has to be a path without parameters.
    #[must_use]
    pub fn then(mut self, text: &str) -> Self {
        debug_assert!(!self.0.contains('?'), "{} has parameters already", self.0);
        self.0.push('/');
        self.0.push_str(&segment(text));
        self
    }

    /// This page with these parameters, without those that are empty.
    #[must_use]
    pub fn with(mut self, parameters: &[(&str, &str)]) -> Self {
        for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(name);
            self.0.push('=');
            self.0.extend(utf8_percent_encode(value, PARAMETER));
        }
        self
    }

    /// This page with a parameter that is there and empty: what is remembered under its name is cleared.
    #[must_use]
    pub fn clearing(mut self, name: &'static str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        self
    }

    /// This page at the element with this id.
    #[must_use]
    pub fn at(mut self, id: &str) -> Self {
        self.0.push('#');
        self.0.push_str(&segment(id));
        self
    }

    /// As it is written in a link or a header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A page whose address is written in the program.
impl From<&'static str> for Href {
    fn from(path: &'static str) -> Self {
        Self(path.to_owned())
    }
}

impl From<&Self> for Href {
    fn from(href: &Self) -> Self {
        href.clone()
    }
}

/// Where somebody came from, or wants to go: a path of this site, checked.
impl From<&LocalPath> for Href {
    fn from(path: &LocalPath) -> Self {
        Self(path.as_str().to_owned())
    }
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text as one segment of a path.
pub(super) fn segment(text: &str) -> String {
    match text {
        // Browsers take these for steps in the path, even escaped: with a blank behind they are the name of nothing.
        "." | ".." => format!("{text}%20"),
        text => utf8_percent_encode(text, SEGMENT).to_string(),
    }
}

/// What a template may write as an address: one made here, or one that stands in the program.
pub(crate) trait Address {
    /// As it is written.
    fn address(&self) -> &str;
}

impl Address for Href {
    fn address(&self) -> &str {
        &self.0
    }
}

impl Address for LocalPath {
    fn address(&self) -> &str {
        self.as_str()
    }
}

impl Address for &'static str {
    fn address(&self) -> &str {
        self
    }
}

impl<T: Address> Address for &T {
    fn address(&self) -> &str {
        (*self).address()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_written_as_it_has_always_been() {
        assert_eq!(
            Href::to(&["users", "usr_1", "activity"]).as_str(),
            "/users/usr_1/activity"
        );
        let kept = Href::from("/users").with(&[("find", ""), ("dir", "asc"), ("after", "a b&c")]);
        assert_eq!(kept.as_str(), "/users?dir=asc&after=a%20b%26c");
        assert_eq!(Href::from("/users").clearing("role").as_str(), "/users?role=");
        assert_eq!(
            Href::from("/login?way=sms").with(&[("next", "/x")]).as_str(),
            "/login?way=sms&next=/x"
        );
    }

    proptest! {
        #[test]
        fn a_segment_stays_one_and_is_read_back(text in "\\PC{1,12}|[/?#%.\\\\;&=a]{1,6}") {
            prop_assume!(text != "." && text != "..");
            let href = Href::to(&["users", &text, "roles"]);
            let url = url::Url::parse("http://here").unwrap().join(href.as_str()).unwrap();
            prop_assert_eq!((url.query(), url.fragment()), (None, None));
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            let read = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
            prop_assert_eq!(read, text);
        }

        #[test]
        fn a_parameter_stays_one_and_is_read_back(text in "\\PC{1,12}|[/?#%.\\\\;&=+a ]{1,6}") {
            let href = Href::from("/activity").with(&[("q", &text), ("tz", "UTC")]);
            let url = url::Url::parse("http://here").unwrap().join(href.as_str()).unwrap();
            let pairs: Vec<_> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            prop_assert_eq!(pairs, [("q".to_owned(), text), ("tz".to_owned(), "UTC".to_owned())]);
            prop_assert_eq!(url.path(), "/activity");
        }
    }

    #[test]
    fn steps_in_a_path_are_none() {
        for text in [".", ".."] {
            let href = Href::to(&["users", text, "roles"]);
            let url = url::Url::parse("http://here").unwrap().join(href.as_str()).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 3, "{url}");
        }
    }
}
