//! What a manifest says of a file. Owns its words; the lines and their signature are those of the log's proofs.

use activity::Time;
use data_encoding::HEXLOWER;
use engine::{Attested, FileName, Manifest, Moment};

use super::{Column, ExportError, Format, Part, Summary};
use crate::{App, Unavailable};

/// What is stated of a file, but for the log that it stands by.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The file's name.
    pub file: String,
    /// Its form.
    pub format: Format,
    /// What its columns are called in it.
    pub columns: Vec<String>,
    /// The query in canonical form.
    pub query: String,
    /// Whose log: `everybody`, `group ID` or `person ID`.
    pub log: String,
    /// The name of the zone of its times.
    pub zone: String,
    /// Only what happened at or after this.
    pub from: Option<Time>,
    /// Only what happened before this.
    pub to: Option<Time>,
    /// Its rows, bytes and digest.
    pub summary: Summary,
    /// Up to when it is complete.
    pub complete_through: Time,
    /// Whether proofs of its rows lie beside it.
    pub has_proofs: bool,
}

/// What columns are called in a file of this form; none for JSON Lines, which has every field.
#[must_use]
pub fn column_names(format: Format, columns: &[Column]) -> Vec<String> {
    let name = |column: &Column| match format {
        Format::Parquet => column.record_name(),
        Format::Csv | Format::Xlsx | Format::Jsonl => column.name(),
    };
    match format {
        Format::Jsonl => Vec::new(),
        Format::Csv | Format::Xlsx | Format::Parquet => columns.iter().map(name).map(str::to_owned).collect(),
    }
}

/// The signed manifest of a file whose rows were read before, by a checkpoint that is made now; `None` where nothing signs
/// the log.
///
/// # Errors
/// If the log cannot be read or signed, or the file has a name that no manifest can state.
pub async fn sign_stated(app: &App, stated: &Stated) -> Result<Option<String>, ExportError> {
    match app.log().attested().await? {
        Some(attested) => stated.sign(app, &attested).await.map(Some),
        None => Ok(None),
    }
}

impl Stated {
    /// The manifest as a signed note.
    pub(super) async fn sign(&self, app: &App, attested: &Attested) -> Result<String, ExportError> {
        let checkpoint = attested.checkpoint();
        let sha256 = HEXLOWER.decode(self.summary.sha256.as_bytes()).ok();
        let proof = format!("{}{}", self.file, Part::Proofs.ending());
        let manifest = Manifest {
            file: named(&self.file)?,
            form: self.format.extension().to_owned(),
            sha256: sha256
                .and_then(|sum| sum.try_into().ok())
                .ok_or_else(|| Unavailable::new("the file has no sum"))?,
            bytes: self.summary.bytes,
            rows: self.summary.rows,
            query: self.query.clone(),
            log: self.log.clone(),
            zone: self.zone.clone(),
            from: self.from.map(|from| from.to_string()),
            to: self.to.map(|to| to.to_string()),
            columns: self.columns.clone(),
            made: moment(app.now())?,
            complete_through: moment(self.complete_through)?,
            origin: checkpoint.origin().clone(),
            size: checkpoint.size(),
            root: *checkpoint.root(),
            proof: if self.has_proofs { Some(named(&proof)?) } else { None },
        };
        Ok(attested.sign(&manifest).await?)
    }
}

fn named(name: &str) -> Result<FileName, ExportError> {
    Ok(name.parse().map_err(Unavailable::new)?)
}

fn moment(at: Time) -> Result<Moment, ExportError> {
    Ok(at.to_string().parse().map_err(Unavailable::new)?)
}
