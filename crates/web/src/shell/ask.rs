//! The question before something that cannot be undone. A form that needs one carries it in its field `ask`: the
//! script asks in a dialog and takes the field out; without a script the form comes back as a page with the question.

use super::{Fields, Href};

/// A form that was sent and is not done yet.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The question, for the person who sent it.
    pub(crate) question: String,
    /// What to send again, once they are sure.
    pub(crate) fields: Vec<(String, String)>,
    /// Where they go who are not.
    pub(crate) back: Href,
}

impl Ask {
    /// Asks whether to send `fields` again, marked as sure.
    pub(crate) fn about(question: impl Into<String>, fields: &Fields, back: impl Into<Href>) -> Self {
        let mut again = fields.pairs().to_vec();
        again.push(("sure".to_owned(), "1".to_owned()));
        Self {
            question: question.into(),
            fields: again,
            back: back.into(),
        }
    }

    /// The question that a form itself carries, if it does.
    pub(super) fn carried(fields: &[(String, String)], back: Href) -> Option<Self> {
        let (_, question) = fields.iter().find(|(name, text)| name == "ask" && !text.is_empty())?;
        Some(Self {
            question: question.clone(),
            fields: fields.iter().filter(|(name, _)| name != "ask").cloned().collect(),
            back,
        })
    }
}
