//! The one box of an activity view: the range, the query as chips, what was typed, and what is to be said of it. Owns
//! what stands in the box; what the words mean is decided by the query language.

use activity::Time;
use activity::query::{ParseError, parse, repairs};
use app::activity::{Chip, Hint};

use super::range::RangeChip;
use super::state::{UrlState, parts};
use crate::shell::{Href, Zone};

/// The box, ready for its template.
#[derive(Clone, Debug)]
pub(crate) struct QueryBox {
    pub(crate) range: RangeChip,
    pub(crate) chips: Vec<BoxChip>,
    /// The query that the chips are.
    pub(crate) q: String,
    /// What stands in the input.
    pub(crate) typed: String,
    /// What is wrong.
    pub(crate) mistake: Option<Mistake>,
    /// What is to be known besides.
    pub(crate) notes: Vec<Note>,
    /// Where words are completed, and where the form with a field for each key is.
    pub(crate) complete: Href,
    pub(crate) advanced: Href,
}

/// A part of the query in the box.
#[derive(Clone, Debug)]
pub(crate) struct BoxChip {
    /// Which part it is, counted from 0.
    pub(crate) number: usize,
    pub(crate) chip: Chip,
    /// The part in three pieces, the middle one wrong; `None` for one that can be read.
    pub(crate) wrong: Option<[String; 3]>,
}

/// What is wrong with a query, and what would put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) message: String,
    /// The wrong text in three pieces, where it stands in the input and not in a chip.
    pub(crate) typed: Option<[String; 3]>,
    /// Offers in words and the pages they lead to.
    pub(crate) offers: Vec<(String, Href)>,
}

/// Something worth knowing, with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// A word was not taken for an operator; the query in which it is one, and its page.
    Operators(String, Href),
    /// Rows bear an earlier name: how many, as `82` or `at least 82`, then and now.
    Formerly(String, activity::Person, activity::Person),
}

impl QueryBox {
    /// The box of an address whose query was answered with these chips and hints, or of one that was not.
    pub(super) fn new(
        state: &UrlState,
        base: &Href,
        (zone, now): (&Zone, Time),
        answered: Option<(&[Chip], &[Hint])>,
    ) -> Self {
        let chips: Vec<(Chip, Option<ParseError>)> = match answered {
            Some((chips, _)) => chips.iter().map(|chip| (chip.clone(), None)).collect(),
            None => parts(&state.q, zone),
        };
        let box_chip = |(number, (chip, error)): (usize, (Chip, Option<ParseError>))| BoxChip {
            number,
            wrong: error.map(|error| pieces(&chip.text, &error)),
            chip,
        };
        let mut chips: Vec<BoxChip> = chips.into_iter().enumerate().map(box_chip).collect();
        let edited = chips.iter().position(|chip| chip.number.to_string() == state.edit);
        let edited = edited.map(|at| chips.remove(at).chip);
        let (q, typed) = match edited {
            Some(chip) => (chip.without, chip.text),
            None => (state.q.clone(), state.add.clone()),
        };
        let hints = answered.map_or(&[][..], |(_, hints)| hints);
        Self {
            range: RangeChip::new(state, zone, now),
            chips,
            q,
            typed,
            mistake: mistake(state, base, zone),
            notes: notes(state, base, hints),
            complete: completed(state).href(&base.clone().then("complete")),
            advanced: base.clone().then("advanced").with(&state.pairs()),
        }
    }
}

/// The view within which words are completed; the query is what the chips are when it is asked.
fn completed(state: &UrlState) -> UrlState {
    UrlState {
        from: state.from.clone(),
        to: state.to.clone(),
        tz: state.tz.clone(),
        reads: state.reads.clone(),
        ..UrlState::default()
    }
}

/// A text before, at and behind what is wrong with it.
fn pieces(text: &str, error: &ParseError) -> [String; 3] {
    let place = |at: usize| {
        let at = at.min(text.len());
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let (from, to) = (place(error.span.start), place(error.span.end));
    let (from, to) = if from < to { (from, to) } else { (0, text.len()) };
    [&text[..from], &text[from..to], &text[to..]].map(str::to_owned)
}

/// What is wrong with the query, else with what was typed.
fn mistake(state: &UrlState, base: &Href, zone: &Zone) -> Option<Mistake> {
    if let Err(error) = parse(&state.q, zone.zone()) {
        let offers = repairs(&state.q, &error, zone.zone()).into_iter();
        let offers = offers.map(|offer| (offer.offer, state.with_query(offer.query).href(base)));
        return Some(Mistake {
            message: error.message,
            typed: None,
            offers: in_one_sentence(offers.collect()),
        });
    }
    let error = parse(&state.add, zone.zone()).err()?;
    let offers = repairs(&state.add, &error, zone.zone()).into_iter().map(|offer| {
        let mut pairs = state.pairs();
        pairs.retain(|(name, _)| *name != "after");
        pairs.push(("add", &offer.query));
        (offer.offer, base.clone().with(&pairs))
    });
    Some(Mistake {
        offers: in_one_sentence(offers.collect()),
        typed: Some(pieces(&state.add, &error)),
        message: error.message,
    })
}

/// Offers that follow each other: only the first begins with a capital.
fn in_one_sentence(mut offers: Vec<(String, Href)>) -> Vec<(String, Href)> {
    for (offer, _) in offers.iter_mut().skip(1) {
        if let Some(first) = offer.get_mut(0..1) {
            first.make_ascii_lowercase();
        }
    }
    offers
}

fn notes(state: &UrlState, base: &Href, hints: &[Hint]) -> Vec<Note> {
    let hint = |hint: &Hint| match hint {
        Hint::Operators { query } => Note::Operators(query.clone(), state.with_query(query.as_str()).href(base)),
        Hint::Formerly { now, then, count } => {
            let n = match count.exact {
                true => count.n.to_string(),
                false => format!("at least {}", count.n),
            };
            Note::Formerly(n, then.clone(), now.clone())
        }
    };
    hints.iter().map(hint).collect()
}

/// A sentence in pieces; what stands between backticks is code.
pub(crate) fn in_words(message: &str) -> Vec<(bool, &str)> {
    let pieces = message.split('`').enumerate().map(|(i, text)| (i % 2 == 1, text));
    let mut pieces: Vec<_> = pieces.filter(|(_, text)| !text.is_empty()).collect();
    if !message.ends_with(['.', '?', '!']) {
        pieces.push((false, "."));
    }
    pieces
}

impl Mistake {
    /// What is wrong, in pieces of text and code.
    pub(crate) fn words(&self) -> Vec<(bool, &str)> {
        in_words(&self.message)
    }

    /// An offer, in pieces of text and code.
    pub(crate) fn offer<'a>(&self, offer: &'a str) -> Vec<(bool, &'a str)> {
        let pieces = offer.split('`').enumerate().map(|(i, text)| (i % 2 == 1, text));
        pieces.filter(|(_, text)| !text.is_empty()).collect()
    }
}
