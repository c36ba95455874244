//! The flags of `whodid witness`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Witness {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub(crate) listen: String,
    /// File of its key; made if absent, readable for its user alone
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Directory that says what was cosigned last of each log; made with the key
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// A public key of a log that is witnessed, as `whodid log checkpoint --keys` prints it; may be repeated
    #[arg(long, value_name = "VKEY", required = true)]
    pub(crate) log: Vec<String>,
    /// What a new key is called, such as `witness.example.com/w1` [default: whodid-witness/ and a number]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}
