//! The program as people run it: the built binary, its output, its exit codes, and what survives its sudden end.

mod backup;
mod demo;
mod import;
mod imports;
mod kill;
mod manifest;
mod memory;
mod nodes;
mod people;
mod read;
mod secrets;
mod serve;
mod settings;
mod support;
mod user;
mod verify;
mod witness;
