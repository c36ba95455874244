//! The program `whodid`: reads the command line and hands over to one command. Owns the exit codes.

mod cli;
mod commands;
mod compose;
mod config;
mod diagnostics;
mod failure;
mod rights;
mod secret_key;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use cli::Cli;

// Activities are many small texts that one thread makes and another drops; the C library's per-thread arenas kept far
// more memory for them (docs/benchmarks.md). Version 2 of it gives freed memory back within milliseconds, version 3 after
// a second.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before any file is made, and before there is a second thread that could make one.
    rights::keep_private();
    // Whatever speaks TLS later finds it. It fails only if one is installed already, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(&anyhow::Error::new(error).context("cannot start")),
    };
    runtime
        .block_on(commands::run(cli))
        .unwrap_or_else(|error| failure::report(&error))
}
