//! Where volumes are kept: whole ones are put there, opened and removed. A directory; nothing above knows a path of it.
//!
//! A volume is made in a directory of another name and appears under its own in one step, after everything in it is on
//! disk.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use volume::{RecordOnly, TreePart, Volume, VolumeError, VolumeMeta};

/// In front of the name of a directory that a volume is made in.
const UNFINISHED: &str = "unfinished-";
/// The file that says whose volumes these are.
const OWNER: &str = "installation";
const UNFINISHED_OWNER: &str = "unfinished-installation";

/// Whose volumes are on a shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Ours,
    /// Another installation's.
    Theirs(String),
}

/// The volumes of one installation, as files.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    root: PathBuf,
}

impl Shelf {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Makes the shelf if it is not there, so that it survives a power cut.
    pub(crate) fn ensure(&self) -> Result<(), VolumeError> {
        let parent = self.root.parent().filter(|parent| !parent.as_os_str().is_empty());
        fs::create_dir_all(&self.root).map_err(failed(&self.root))?;
        sync(parent.unwrap_or(Path::new(".")))
    }

    /// What people call it, in messages.
    pub(crate) fn name(&self) -> String {
        self.root.display().to_string()
    }

    /// Where the volume `id` is made, or was being made.
    pub(crate) fn workplace(&self, id: &str) -> Result<PathBuf, VolumeError> {
        Ok(self.root.join(format!("{UNFINISHED}{}", checked(id)?)))
    }

    /// Where the volume `id` is.
    pub(crate) fn place(&self, id: &str) -> Result<PathBuf, VolumeError> {
        Ok(self.root.join(checked(id)?))
    }

    /// Gives the volume that was made, and is on disk, its name, durably. Nothing is ever there under this name: if
    /// something is, it stays.
    pub(crate) fn publish(&self, id: &str) -> Result<(), VolumeError> {
        let (made, place) = (self.workplace(id)?, self.place(id)?);
        if place.exists() {
            return Err(VolumeError::Unfit(format!("volume {id} is there already")));
        }
        fs::rename(&made, &place).map_err(failed(&place))?;
        sync(&self.root)
    }

    /// Opens a volume.
    pub(crate) fn open(&self, meta: VolumeMeta) -> Result<Volume, VolumeError> {
        Volume::open(&self.place(&meta.id)?, meta)
    }

    /// Opens the record of a volume, if that is what was written.
    pub(crate) fn open_record(&self, meta: VolumeMeta) -> Result<RecordOnly, VolumeError> {
        RecordOnly::open(&self.place(&meta.id)?, meta)
    }

    /// Opens what a volume knows of the log's tree.
    pub(crate) fn open_tree(&self, meta: &VolumeMeta) -> Result<TreePart, VolumeError> {
        TreePart::open(&self.place(&meta.id)?, meta)
    }

    /// Removes a volume, finished or not, durably. Absence is fine.
    pub(crate) fn remove(&self, id: &str) -> Result<(), VolumeError> {
        for dir in [self.place(id)?, self.workplace(id)?] {
            match fs::remove_dir_all(&dir) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done => done.map_err(failed(&dir))?,
            }
        }
        sync(&self.root)
    }

    /// What lies there, in order, as the id of the volume that it is or was going to be, and its name.
    pub(crate) fn list(&self) -> Result<Vec<(String, String)>, VolumeError> {
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed(&self.root))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed(&self.root))?.file_name();
            let name = name.to_string_lossy().into_owned();
            if name != OWNER && name != UNFINISHED_OWNER {
                let id = name.strip_prefix(UNFINISHED).unwrap_or(&name);
                found.push((id.to_owned(), name));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Writes whose volumes these are, or finds that they are another's.
    pub(crate) fn claim(&self, ours: &str) -> Result<Owner, VolumeError> {
        let path = self.root.join(OWNER);
        match fs::read_to_string(&path) {
            Ok(theirs) if theirs.trim() == ours => Ok(Owner::Ours),
            // Earlier builds wrote in place: what broke off in the middle, or before the first byte, was ours.
            Ok(begun) if ours.starts_with(begun.as_str()) => self.write_owner(ours),
            Ok(theirs) => Ok(Owner::Theirs(theirs.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => self.write_owner(ours),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    /// Writes it as a whole or not at all.
    fn write_owner(&self, ours: &str) -> Result<Owner, VolumeError> {
        let (path, unfinished) = (self.root.join(OWNER), self.root.join(UNFINISHED_OWNER));
        fs::write(&unfinished, format!("{ours}\n")).map_err(failed(&unfinished))?;
        sync(&unfinished)?;
        fs::rename(&unfinished, &path).map_err(failed(&path))?;
        sync(&self.root)?;
        Ok(Owner::Ours)
    }
}

/// An id that names nothing outside the shelf.
fn checked(id: &str) -> Result<&str, VolumeError> {
    if id.is_empty() || id.contains(['/', '\\']) || id.starts_with('.') || id == OWNER {
        return Err(VolumeError::Unfit(format!("`{id}` is not the name of a volume")));
    }
    Ok(id)
}

fn sync(path: &Path) -> Result<(), VolumeError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> VolumeError {
    move |source| VolumeError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outside_the_shelf_are_no_volumes() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(dir.path().join("volumes"));
        shelf.ensure().unwrap();
        for name in ["", "..", "../x", ".", "/etc", "installation"] {
            assert!(matches!(shelf.remove(name), Err(VolumeError::Unfit(_))), "{name}");
        }
    }

    #[test]
    fn whose_volumes_they_are_is_written_whole_and_what_broke_off_was_ours() {
        let dir = tempfile::tempdir().unwrap();
        let (shelf, marker) = (Shelf::new(dir.path().to_owned()), dir.path().join(OWNER));
        let ours = "01a21e35-9d40-7327-a958-059b220b93fe";
        for cut in 0..ours.len() {
            fs::write(&marker, &ours[..cut]).unwrap();
            assert!(matches!(shelf.claim(ours).unwrap(), Owner::Ours), "{cut}");
            assert_eq!(fs::read_to_string(&marker).unwrap(), format!("{ours}\n"));
        }
        fs::remove_file(&marker).unwrap();
        fs::write(dir.path().join(UNFINISHED_OWNER), "01a2").unwrap();
        assert!(matches!(shelf.claim(ours).unwrap(), Owner::Ours));
        assert_eq!(shelf.list().unwrap(), []);
        fs::write(&marker, "another\n").unwrap();
        assert!(matches!(shelf.claim(ours).unwrap(), Owner::Theirs(theirs) if theirs == "another"));
    }

    #[test]
    fn nothing_is_written_over_and_the_unfinished_goes_by_its_id() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(dir.path().to_owned());
        for text in ["first", "second"] {
            let made = shelf.workplace("a").unwrap();
            fs::create_dir(&made).unwrap();
            fs::write(made.join("text"), text).unwrap();
            assert_eq!(shelf.publish("a").is_ok(), text == "first");
        }
        let place = shelf.place("a").unwrap();
        assert_eq!(fs::read_to_string(place.join("text")).unwrap(), "first");
        let name = |name: &str| ("a".to_owned(), name.to_owned());
        assert_eq!(shelf.list().unwrap(), [name("a"), name("unfinished-a")]);
        shelf.remove("a").unwrap();
        shelf.remove("a").unwrap();
        assert_eq!(shelf.list().unwrap(), []);
    }
}
