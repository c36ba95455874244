//! What a figure must reach, for logs of two sizes.

use serde::Serialize;

/// The size that goals are stated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    TenMillion,
    HundredMillion,
}

impl Size {
    /// The one that is fewer times this many.
    pub fn nearest(activities: u64) -> Self {
        // Between them lies the root of their product.
        match (activities as f64) < 1e7 * 10_f64.sqrt() {
            true => Self::TenMillion,
            false => Self::HundredMillion,
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::TenMillion => "10 M",
            Self::HundredMillion => "100 M",
        }
    }
}

/// What a figure must reach at ten and at a hundred million activities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// No more than this.
    AtMost([f64; 2]),
    /// No less than this.
    AtLeast([f64; 2]),
    /// Shown for information.
    None,
}

impl Goal {
    /// No more than this, whatever the size.
    pub const fn at_most(value: f64) -> Self {
        Self::AtMost([value, value])
    }

    /// No less than this, whatever the size.
    pub const fn at_least(value: f64) -> Self {
        Self::AtLeast([value, value])
    }

    /// By how many times a value misses it; `None` if it does not.
    pub fn missed_by(self, size: Size, value: f64) -> Option<f64> {
        let times = match self {
            Self::AtMost(most) => value / of(most, size),
            Self::AtLeast(least) => of(least, size) / value,
            Self::None => return None,
        };
        // What cannot be compared, such as a figure that is no number, is missed.
        (times.is_nan() || times > 1.0).then_some(times)
    }

    pub fn text(self, size: Size) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {}", number(of(most, size))),
            Self::AtLeast(least) => format!("≥ {}", number(of(least, size))),
            Self::None => "–".to_owned(),
        }
    }
}

fn of([ten, hundred]: [f64; 2], size: Size) -> f64 {
    match size {
        Size::TenMillion => ten,
        Size::HundredMillion => hundred,
    }
}

fn number(value: f64) -> String {
    format!("{value}")
}
