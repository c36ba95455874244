//! Statements over many values, in few shapes, so that each shape is prepared once.

/// Values in one statement. Chunks are filled up to this number by repeating their last value, which neither an
/// IN list nor an INSERT that does nothing on conflict minds.
pub(crate) const CHUNK: usize = 64;

/// `items` in chunks of exactly 1 or [`CHUNK`] references.
pub(crate) fn chunks<T>(items: &[T]) -> impl Iterator<Item = Vec<&T>> {
    items.chunks(CHUNK).map(|chunk| {
        let mut chunk: Vec<&T> = chunk.iter().collect();
        if chunk.len() > 1 {
            let last = chunk[chunk.len() - 1];
            chunk.resize(CHUNK, last);
        }
        chunk
    })
}

/// `$1, $2, …, $n`
pub(crate) fn placeholders(n: usize) -> String {
    (1..=n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}
