//! The tree against RFC 6962's own test vectors and against ct-merkle.
