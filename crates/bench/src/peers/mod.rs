//! Other databases with the same rows and the same questions. Owns no question.

pub mod duckdb;
pub mod row;
pub mod sqlite;
#[cfg(test)]
mod tests;

use anyhow::{Result, ensure};

use crate::questions::Question;
use crate::questions::ours::Answer;

/// What a database needed.
#[derive(Debug)]
pub struct Measured {
    /// Its name and version.
    pub name: String,
    /// Activities a second, loaded in its usual way.
    pub loaded_per_second: f64,
    /// Bytes on disk for each activity.
    pub bytes: f64,
    /// Single durable inserts a second by one writer.
    pub singles_per_second: Option<f64>,
    /// CSV rows a second.
    pub csv_per_second: Option<f64>,
    /// For each question.
    pub answers: Vec<Answer>,
}

impl Measured {
    /// Fails if the log answered a question otherwise; it holds up to `own` rows more than the database.
    pub fn compare(&self, questions: &[Question], ours: &[Answer], own: u64) -> Result<()> {
        for ((question, ours), theirs) in questions.iter().zip(ours).zip(&self.answers) {
            let more = ours.size.checked_sub(theirs.size);
            ensure!(
                more.is_some_and(|more| more <= own),
                "{}: the log finds {}, {} finds {}",
                question.name,
                ours.size,
                self.name,
                theirs.size
            );
        }
        Ok(())
    }
}
