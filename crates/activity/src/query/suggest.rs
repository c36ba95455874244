//! Guesses what was meant by a word that is not known.

/// The candidate nearest to `word`, if one is near.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Words of other products for our keys.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("action", "activity"),
    ("actor", "by"),
    ("address", "ip"),
    ("after", "at"),
    ("app", "application"),
    ("before", "at"),
    ("client", "application"),
    ("code", "activity"),
    ("created", "at"),
    ("date", "at"),
    ("email", "user"),
    ("event", "activity"),
    ("from", "at"),
    ("kind", "activity"),
    ("location", "country"),
    ("meta", "metadata."),
    ("metadata", "metadata."),
    ("name", "user"),
    ("occurred_at", "at"),
    ("org", "group"),
    ("organization", "group"),
    ("received", "recorded"),
    ("received_at", "recorded"),
    ("recorded_at", "recorded"),
    ("result", "outcome"),
    ("seq", "id"),
    ("since", "at"),
    ("source_ip", "ip"),
    ("status", "outcome"),
    ("team", "group"),
    ("time", "at"),
    ("to", "at"),
    ("type", "activity"),
    ("useragent", "user_agent"),
    ("ua", "user_agent"),
    ("browser", "device"),
    ("username", "user"),
    ("when", "at"),
    ("who", "by"),
];

/// The key that was meant by an unknown one, without the colon.
pub(super) fn key(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let named = OTHER_NAMES
        .iter()
        .find(|(other, _)| *other == lower)
        .map(|(_, key)| *key);
    named.or_else(|| closest(&lower, super::KEYS.iter().map(|info| info.key)))
}

/// The code of the catalogue that was meant by one that is not in it, when they are near.
pub(super) fn code(word: &str) -> Option<String> {
    let codes = || crate::catalogue::all().map(|entry| entry.code);
    if crate::catalogue::find(word).is_some() {
        return None;
    }
    if !word.contains('.') {
        let category = codes().any(|code| code.strip_prefix(word).is_some_and(|rest| rest.starts_with('.')));
        if category {
            return Some(format!("{word}.*"));
        }
        if let Some(code) = codes().find(|code| code.rsplit('.').next() == Some(word)) {
            return Some(code.to_owned());
        }
    }
    let near = closest(word, codes())?;
    // Two codes of one length can differ by a word of their own (`left`, `sent`): ask only where a slip is likely.
    (strsim::osa_distance(word, near) <= 2).then(|| near.to_owned())
}
