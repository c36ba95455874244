//! The table of a run, as Markdown that is aligned for the terminal too.

use super::{Figure, Report, Size};

const COLUMNS: usize = 9;
const HEADINGS: [&str; COLUMNS] = [
    "figure",
    "hot tail",
    "sealed",
    "unit",
    "SQLite",
    "DuckDB",
    "to best peer",
    "goal",
    "",
];

/// The table, under what it was measured on.
pub fn of(report: &Report) -> String {
    let size = report.size();
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(report.figures.iter().map(|figure| row(figure, size)));
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
    let mut lines: Vec<String> = rows.iter().map(|row| line(row, &widths)).collect();
    lines.insert(1, line(&widths.map(|width| "-".repeat(width)), &widths));
    format!(
        "{} activities; {}; goals for {}; to best peer: below 1 is ahead\n\n{}\n",
        thousands(report.activities as f64),
        report.machine,
        size.text(),
        lines.join("\n")
    )
}

fn row(figure: &Figure, size: Size) -> [String; COLUMNS] {
    let some = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
    let missed = figure.missed_by(size);
    [
        figure.name.clone(),
        some(figure.hot),
        number(figure.value),
        figure.unit.text().to_owned(),
        some(figure.peers.sqlite),
        some(figure.peers.duckdb),
        figure
            .ratio()
            .map_or_else(|| "–".to_owned(), |ratio| format!("{}×", number(ratio))),
        figure.goal.text(size),
        missed.map_or_else(String::new, |times| format!("missed {}×", number(times))),
    ]
}

fn line(cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
}

fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 1000.0 => thousands(value),
        middle if middle >= 100.0 => format!("{value:.0}"),
        small if small >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A whole number with its thousands set apart.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let parts: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|part| std::str::from_utf8(part).ok())
        .collect();
    parts.join(",")
}
