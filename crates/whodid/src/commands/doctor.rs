//! `whodid doctor`: looks at an installation from outside, changes nothing, and says what is wrong and what to do.

mod data;
mod settings;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Doctor, SettingFlags};
use crate::config::{Sources, load};
use crate::diagnostics;
use crate::terminal::{say, visible};

/// What one look found.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    /// As it should be.
    Good(String),
    /// It works, but…
    Advice(String),
    /// It does not work.
    Wrong(String),
}

pub(super) async fn run(flags: &SettingFlags, command: Doctor) -> Result<ExitCode> {
    let config = match load(&Sources::gather(flags, command.data.data_dir)?) {
        Ok(config) => config,
        Err(error) => {
            print(&[Finding::Wrong(error.to_string())])?;
            return Ok(ExitCode::FAILURE);
        }
    };
    diagnostics::start(&config.diagnostics, Some("error"));
    let mut findings = settings::look(&config);
    findings.extend(Box::pin(data::look(&config, command.deep)).await);
    print(&findings)?;
    let wrong = findings
        .iter()
        .filter(|finding| matches!(finding, Finding::Wrong(_)))
        .count();
    let advice = findings
        .iter()
        .filter(|finding| matches!(finding, Finding::Advice(_)))
        .count();
    say(match (wrong, advice) {
        (0, 0) => "\nEverything is well.".to_owned(),
        (0, advice) => format!("\nIt works; {advice} to consider."),
        (wrong, _) => format!("\n{wrong} wrong."),
    })?;
    Ok(if wrong > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print(findings: &[Finding]) -> Result<()> {
    for finding in findings {
        let (mark, text) = match finding {
            Finding::Good(text) => ("ok     ", text),
            Finding::Advice(text) => ("advice ", text),
            Finding::Wrong(text) => ("WRONG  ", text),
        };
        let text: Vec<_> = text.lines().map(visible).collect();
        say(format!("{mark} {}", text.join("\n        ")))?;
    }
    Ok(())
}
