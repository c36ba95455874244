//! The program `whodid`: reads the command line and hands over to one command. Owns the exit codes.

mod backup;
mod cli;
mod commands;
mod compose;
mod config;
mod diagnostics;
mod failure;
mod log_key;
mod private_file;
mod rights;
mod secret_key;
mod terminal;
mod witness;

use std::process::ExitCode;

use clap::Parser as _;

use cli::Cli;

// Activities are many small texts that one thread makes and another drops, which other allocators keep with the thread
// that made them (docs/benchmarks.md). How it is built is in .cargo/config.toml.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
