//! One query on many activities: every text of an activity is read once, however many words are asked for. Owns the
//! words' look-up; what matches is what `Expr::matches` says.

use std::collections::HashMap;
use std::ops::Range;

use super::{Expr, Term, Words};
use crate::text::{self, Extent, Piece, placed_pieces};
use crate::{Activity, Facts};

/// With fewer words than this, looking for each by itself is as quick.
const FEW: usize = 4;
/// Values compared between two looks at a clock.
const STRIDE: usize = 512;
/// The most activities between two looks at a clock.
const LONGEST_STRIDE: usize = 64;

/// A bound query, ready to be held against one activity after the other. Gives what [`Expr::matches`] gives.
#[derive(Clone, Debug)]
pub struct Matcher {
    plan: Plan,
    stride: u32,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for a question, not one for a row"
)]
enum Plan {
    /// Few words: each looks at the activity by itself.
    Plain(Expr),
    OnePass {
        node: Node,
        places: [Phrases; Within::ALL.len()],
    },
}

/// Where words are looked for.
#[derive(Clone, Copy, Debug)]
enum Within {
    /// Every text of an activity.
    Anywhere,
    Device,
    UserAgent,
    Place,
}

impl Within {
    const ALL: [Self; 4] = [Self::Anywhere, Self::Device, Self::UserAgent, Self::Place];
}

/// The query with its words taken out.
#[derive(Clone, Debug)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Other(Expr),
    /// Any of these phrases, by number.
    Words(Within, Vec<usize>),
}

impl Matcher {
    /// Prepares a bound query.
    #[must_use]
    pub fn new(expr: &Expr) -> Self {
        if words_in(expr) < FEW {
            return Self {
                plan: Plan::Plain(expr.clone()),
                stride: stride(expr),
            };
        }
        Self::in_one_pass(expr)
    }

    /// Whether an activity matches.
    pub fn matches(&mut self, activity: &Activity) -> bool {
        match &mut self.plan {
            Plan::Plain(expr) => expr.matches(activity),
            Plan::OnePass { node, places } => {
                places.iter_mut().for_each(|phrases| phrases.read = false);
                node.matches(activity, places)
            }
        }
    }

    /// How many activities may be matched between two looks at a clock.
    #[must_use]
    pub fn stride(&self) -> u32 {
        self.stride
    }

    pub(super) fn in_one_pass(expr: &Expr) -> Self {
        let mut places: [Phrases; Within::ALL.len()] = Default::default();
        Self {
            plan: Plan::OnePass {
                node: Node::of(expr, &mut places),
                places,
            },
            stride: stride(expr),
        }
    }
}

fn words_in(expr: &Expr) -> usize {
    match expr {
        Expr::All => 0,
        Expr::And(all) | Expr::Or(all) => all.iter().map(words_in).sum(),
        Expr::Not(inner) => words_in(inner),
        Expr::Term(Term::Text(_)) => 1,
        Expr::Term(Term::Device(words) | Term::UserAgent(words) | Term::Place(words)) => words.len(),
        Expr::Term(_) => 0,
    }
}

/// How many values an activity's fields are held against at most.
fn values_in(expr: &Expr) -> usize {
    match expr {
        Expr::All => 0,
        Expr::And(all) | Expr::Or(all) => all.iter().map(values_in).sum(),
        Expr::Not(inner) => values_in(inner),
        Expr::Term(term) => match term {
            Term::Text(words) => words.phrase().len(),
            Term::Device(words) | Term::UserAgent(words) | Term::Place(words) => {
                words.iter().map(|words| words.phrase().len()).sum()
            }
            Term::User(values) | Term::Target(values) | Term::Group(values) | Term::Application(values) => values.len(),
            Term::By(doers) => doers.len(),
            Term::Reason(values) | Term::Trace(values) | Term::Metadata { values, .. } => values.len(),
            _ => 1,
        },
    }
}

fn stride(expr: &Expr) -> u32 {
    let each = (STRIDE / (1 + values_in(expr))).clamp(1, LONGEST_STRIDE);
    u32::try_from(each).unwrap_or(1)
}

impl Node {
    fn of(expr: &Expr, places: &mut [Phrases; Within::ALL.len()]) -> Self {
        let mut each = |all: &[Expr]| all.iter().map(|one| Self::of(one, places)).collect();
        match expr {
            Expr::And(all) => Self::And(each(all)),
            Expr::Or(any) => Self::Or(each(any)),
            Expr::Not(inner) => Self::Not(Box::new(Self::of(inner, places))),
            Expr::Term(Term::Text(words)) => Self::words(Within::Anywhere, std::slice::from_ref(words), places),
            Expr::Term(Term::Device(words)) => Self::words(Within::Device, words, places),
            Expr::Term(Term::UserAgent(words)) => Self::words(Within::UserAgent, words, places),
            Expr::Term(Term::Place(words)) => Self::words(Within::Place, words, places),
            other => Self::Other(other.clone()),
        }
    }

    fn words(place: Within, words: &[Words], places: &mut [Phrases; Within::ALL.len()]) -> Self {
        let phrases = &mut places[place as usize];
        Self::Words(place, words.iter().map(|words| phrases.add(words)).collect())
    }

    fn matches(&self, activity: &Activity, places: &mut [Phrases; Within::ALL.len()]) -> bool {
        match self {
            Self::And(all) => all.iter().all(|each| each.matches(activity, places)),
            Self::Or(any) => any.iter().any(|each| each.matches(activity, places)),
            Self::Not(inner) => !inner.matches(activity, places),
            Self::Other(expr) => expr.matches(activity),
            Self::Words(place, numbers) => {
                let phrases = &mut places[*place as usize];
                if !phrases.read {
                    phrases.read(&activity.facts, *place);
                }
                numbers.iter().any(|number| phrases.found[*number])
            }
        }
    }
}

/// Phrases that are looked for in the same texts, and which of them the activity at hand holds.
#[derive(Clone, Debug, Default)]
struct Phrases {
    all: Vec<Words>,
    found: Vec<bool>,
    /// How many are not found yet.
    left: usize,
    /// Whether the activity at hand was read.
    read: bool,
    /// Phrases by their first word.
    by_first: HashMap<String, Vec<usize>>,
    /// Phrases that are one beginning of a word, by it.
    by_beginning: HashMap<String, Vec<usize>>,
    /// How long those beginnings are, in bytes, ascending, each once.
    lengths: Vec<usize>,
    /// Phrases that are found by a part, or only with their accents: each looks at the text by itself.
    others: Vec<usize>,
    folded: String,
    /// Where the pieces of `folded` are, and whether they are runs.
    pieces: Vec<(Range<usize>, bool)>,
}

impl Phrases {
    fn add(&mut self, words: &Words) -> usize {
        let number = self.all.len();
        let phrase = words.phrase();
        let by_words = phrase.extent() != Extent::Part && !phrase.demands_accents();
        match phrase.pieces().next().filter(|first| by_words && !first.is_run) {
            Some(first) if phrase.extent() == Extent::Beginning && phrase.len() == 1 => {
                if let Err(at) = self.lengths.binary_search(&first.text.len()) {
                    self.lengths.insert(at, first.text.len());
                }
                let same = self.by_beginning.entry(first.text.to_owned());
                same.or_default().push(number);
            }
            Some(first) => self.by_first.entry(first.text.to_owned()).or_default().push(number),
            None => self.others.push(number),
        }
        self.all.push(words.clone());
        self.found.push(false);
        number
    }

    fn read(&mut self, facts: &Facts, place: Within) {
        self.read = true;
        self.found.fill(false);
        self.left = self.all.len();
        match place {
            Within::Device => _ = facts.device.as_deref().is_some_and(|text| self.read_text(text)),
            Within::UserAgent => _ = facts.user_agent.as_deref().is_some_and(|text| self.read_text(text)),
            Within::Place => _ = facts.place.as_deref().is_some_and(|text| self.read_text(text)),
            Within::Anywhere => {
                for (words, found) in self.all.iter().zip(&mut self.found) {
                    *found = words.ip().is_some() && words.ip() == facts.ip;
                    self.left -= usize::from(*found);
                }
                text::any_field(facts, |text| self.read_text(text));
            }
        }
    }

    /// Finds the phrases of one text; whether no phrase is left to find.
    fn read_text(&mut self, text: &str) -> bool {
        self.folded.clear();
        if text.is_ascii() {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
        } else {
            self.folded.push_str(&text::fold(text));
        }
        for number in &self.others {
            if !self.found[*number] && self.all[*number].phrase().is_in_folded(text, &self.folded) {
                self.found[*number] = true;
                self.left -= 1;
            }
        }
        let place = |(start, piece): (usize, Piece<'_>)| (start..start + piece.text.len(), piece.is_run);
        self.pieces.clear();
        self.pieces.extend(placed_pieces(&self.folded).map(place));
        for at in 0..self.pieces.len() {
            self.find_at(at);
            if self.left == 0 {
                return true;
            }
        }
        self.left == 0
    }

    fn find_at(&mut self, at: usize) {
        let Self {
            all,
            found,
            left,
            by_first,
            by_beginning,
            lengths,
            folded,
            pieces,
            ..
        } = self;
        let piece = |at: usize| {
            let (place, is_run) = pieces.get(at)?;
            let text = folded.get(place.clone())?;
            Some(Piece { text, is_run: *is_run })
        };
        let Some(first) = piece(at).filter(|piece| !piece.is_run).map(|piece| piece.text) else {
            return;
        };
        let mut mark = |number: usize| {
            *left -= usize::from(!found[number]);
            found[number] = true;
        };
        for number in by_first.get(first).into_iter().flatten() {
            if all[*number].phrase().follows_first(|nth| piece(at + nth)) {
                mark(*number);
            }
        }
        for length in lengths.iter().take_while(|length| **length <= first.len()) {
            let beginning = first.get(..*length);
            let numbers = beginning.and_then(|beginning| by_beginning.get(beginning));
            numbers.into_iter().flatten().for_each(|number| mark(*number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    #[test]
    fn many_words_cost_little_more_than_one_pass_over_the_texts() {
        let text = (0..250).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" OR ");
        let expr = parse(&text, &jiff::tz::TimeZone::UTC).unwrap();
        let rows = vec![crate::samples::failed_log_in(); 200];
        let timed = |matches: &mut dyn FnMut(&Activity) -> bool| {
            let begun = std::time::Instant::now();
            assert!(!rows.iter().any(matches));
            begun.elapsed()
        };
        let mut matcher = Matcher::new(&expr);
        let one_pass = timed(&mut |row| matcher.matches(row));
        let each_by_itself = timed(&mut |row| expr.matches(row));
        assert!(one_pass * 5 < each_by_itself, "{one_pass:?} and {each_by_itself:?}");
    }

    #[test]
    fn a_look_at_the_clock_comes_the_more_often_the_more_is_compared() {
        let one = Matcher::new(&parse("login", &jiff::tz::TimeZone::UTC).unwrap());
        assert_eq!(one.stride(), 64);
        let many = (0..250).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" OR ");
        let many = Matcher::new(&parse(&many, &jiff::tz::TimeZone::UTC).unwrap());
        assert!(many.stride() <= 2, "{}", many.stride());
    }
}
