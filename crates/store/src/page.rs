//! Where a page of a list begins, and which way the list is read to fill it.

/// Where a page begins, by the key of a row of its list: there may be no such row any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageFrom<K> {
    /// With the first row.
    #[default]
    First,
    /// With what comes after this row.
    After(K),
    /// With what comes before this row, the nearest first: the page before, read backwards.
    Before(K),
}

/// How a list is read: the sign between a row's key and that of the place, and the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    pub(crate) sign: &'static str,
    pub(crate) direction: &'static str,
}

impl<K> PageFrom<K> {
    /// The row's key, if it begins with one.
    pub fn key(&self) -> Option<&K> {
        match self {
            Self::First => None,
            Self::After(key) | Self::Before(key) => Some(key),
        }
    }

    /// Whether the list is read backwards.
    pub fn is_back(&self) -> bool {
        matches!(self, Self::Before(_))
    }

    /// The same place with its key in another form.
    pub fn map<'a, L>(&'a self, form: impl FnOnce(&'a K) -> L) -> PageFrom<L> {
        match self {
            Self::First => PageFrom::First,
            Self::After(key) => PageFrom::After(form(key)),
            Self::Before(key) => PageFrom::Before(form(key)),
        }
    }

    /// How to read a list whose least key comes first, or its greatest.
    pub(crate) fn walk(&self, descending: bool) -> Walk {
        match descending == self.is_back() {
            true => Walk {
                sign: ">",
                direction: "ASC",
            },
            false => Walk {
                sign: "<",
                direction: "DESC",
            },
        }
    }
}
