//! stub
use crate::Facts;
/// The version of the canonical bytes.
pub const VERSION: u8 = 1;
/// A SHA-256 hash.
pub type Hash = [u8; 32];
/// The bytes of an activity that its leaf hash is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// What concerns no person.
    pub impersonal: Vec<u8>,
    /// The values of each person named, in the order user, by, target. The same person may be there twice.
    pub personal: Vec<Personal>,
}
/// The values of one person in one activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personal {
    /// Whose.
    pub person_id: String,
    /// As what they are named.
    pub role: PersonRole,
    /// Their values.
    pub values: Vec<u8>,
}
/// As what a person is named in an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonRole {
    /// Whose log it belongs to.
    User,
    /// Who did it.
    By,
    /// What it was done to.
    Target,
}
/// The canonical bytes of an activity.
#[must_use]
pub fn encode(facts: &Facts) -> Canonical { let _ = facts; Canonical { impersonal: vec![], personal: vec![] } }
/// The salt of a person's digest: HMAC-SHA256 of the impersonal bytes under that person's key.
#[must_use]
pub fn salt(key: &[u8; 32], impersonal: &[u8]) -> Hash { let _ = (key, impersonal); [0; 32] }
/// The digest of a person's values: SHA-256(salt ‖ values).
#[must_use]
pub fn digest(salt: &Hash, values: &[u8]) -> Hash { let _ = (salt, values); [0; 32] }
/// The leaf hash: SHA-256(0x00 ‖ version ‖ length ‖ impersonal ‖ digests).
#[must_use]
pub fn leaf(canonical: &Canonical, digests: &[Hash]) -> Hash { let _ = (canonical, digests); [0; 32] }
/// The leaf hash of an activity; `None` if a person named has no key.
#[must_use]
pub fn leaf_of(facts: &Facts, key_of: impl Fn(&str) -> Option<[u8; 32]>) -> Option<Hash> {
    let canonical = encode(facts);
    let digests: Option<Vec<Hash>> = canonical.personal.iter().map(|person| {
        Some(digest(&salt(&key_of(&person.person_id)?, &canonical.impersonal), &person.values))
    }).collect();
    Some(leaf(&canonical, &digests?))
}
/// The ids of the persons an activity names, each once, in the order user, by, target.
pub fn persons(facts: &Facts) -> impl Iterator<Item = &str> { let _ = facts; [].into_iter() }
