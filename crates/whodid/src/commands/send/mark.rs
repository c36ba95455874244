//! How far an import is that is sent, told so that it can be gone on with in the same files only.

use app::import::Found;
use sha2::{Digest as _, Sha256};

/// How far an import is: how many activities were sent, and a digest that tells which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) count: u64,
    digest: [u8; 32],
}

impl Mark {
    pub(super) fn add(&mut self, found: &Found) {
        let id = found.facts.external_id.as_deref().unwrap_or_default();
        self.count += 1;
        self.digest = Sha256::new()
            .chain_update(self.digest)
            .chain_update(id)
            .finalize()
            .into();
    }

    pub(super) fn text(&self) -> String {
        format!("{}-{}", self.count, data_encoding::HEXLOWER.encode(&self.digest))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (count, digest) = text.split_once('-')?;
        let digest = data_encoding::HEXLOWER.decode(digest.as_bytes()).ok()?;
        Some(Self {
            count: count.parse().ok()?,
            digest: digest.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use activity::Time;
    use app::import::Origin;

    use super::*;

    #[test]
    fn a_mark_comes_back_from_its_text_and_tells_which_activities_it_is_of() {
        let found = |id: &str| {
            let mut facts = activity::Facts::new("a.b", Time(0));
            facts.external_id = Some(id.to_owned());
            Found::new(Origin::default(), facts)
        };
        let of = |ids: &[&str]| {
            let mut mark = Mark::default();
            ids.iter().for_each(|id| mark.add(&found(id)));
            mark
        };
        let mark = of(&["a", "b"]);
        assert_eq!(Mark::parse(&mark.text()), Some(mark.clone()));
        assert_eq!(mark.text().split_once('-').unwrap().0, "2");
        assert!(mark.text().len() <= 200 && mark.text().bytes().all(|byte| byte.is_ascii_graphic()));
        for other in [&["b", "a"][..], &["a", "c"], &["a"], &["a", "b", "c"]] {
            assert_ne!(of(other), mark);
        }
        for wrong in ["", "2", "2-", "x-00", "2-zz", "-1-00"] {
            assert_eq!(Mark::parse(wrong), None, "{wrong}");
        }
    }
}
