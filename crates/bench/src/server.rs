//! The release binary as a process of its own, reached over HTTP on this machine only.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What Linux counts a process's time in.
const TICKS_A_SECOND: f64 = 100.0;

/// A running server; ended when dropped.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// From its start to its first answer, in milliseconds.
    pub started_ms: f64,
}

impl Server {
    /// Starts `whodid serve` on a data directory and waits for its first answer.
    pub async fn start(data: &Path) -> Result<Self> {
        let address = free_address()?;
        let begun = Instant::now();
        let child = Command::new(binary()?)
            .args(["serve", "--listen", &address.to_string(), "--data-dir"])
            .arg(data)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self {
            child,
            url: format!("http://{address}"),
            started_ms: 0.0,
        };
        server.wait_until_ready(begun).await?;
        server.started_ms = begun.elapsed().as_secs_f64() * 1000.0;
        Ok(server)
    }

    async fn wait_until_ready(&mut self, begun: Instant) -> Result<()> {
        let client = reqwest::Client::new();
        loop {
            if let Ok(answer) = client.get(format!("{}/readyz", self.url)).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            if begun.elapsed() > Duration::from_secs(60) {
                bail!("the server was not ready after 60 s");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until no more than `hot` activities are hot: what was loaded before is sealed, and not a part of what is measured
    /// next.
    pub async fn wait_until_sealed(&self, hot: u64) -> Result<()> {
        let (client, begun) = (reqwest::Client::new(), Instant::now());
        loop {
            let answer = client.get(format!("{}/metrics", self.url)).send().await?;
            let metrics = answer.error_for_status()?.text().await?;
            let gauge = metrics
                .lines()
                .find_map(|line| line.strip_prefix("whodid_hot_activities "));
            if gauge.context("no gauge of hot activities")?.parse::<f64>()? <= hot as f64 {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(60) {
                bail!("what was loaded was not sealed after 60 s");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Resident memory in MiB: now, and at its highest.
    pub fn memory_mib(&self) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |name: &str| -> Result<f64> {
            let line = status
                .lines()
                .find(|line| line.starts_with(name))
                .context("no memory in /proc")?;
            let kib: f64 = line.split_whitespace().nth(1).context("no memory in /proc")?.parse()?;
            Ok(kib / 1024.0)
        };
        Ok((of("VmRSS:")?, of("VmHWM:")?))
    }

    /// Processor time it has taken so far, of all its threads, in seconds.
    pub fn processor_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The program's name, in brackets, may hold anything.
        let (_, numbers) = stat.rsplit_once(')').context("no times in /proc")?;
        let times = numbers.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(times.sum::<Result<f64, _>>()? / TICKS_A_SECOND)
    }

    /// Asks it to end and waits.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is fine; this only ends the process this value started.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// `whodid` beside this benchmark's own binary.
fn binary() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("whodid");
    if !path.exists() {
        bail!(
            "{} is missing: run `cargo xtask bench`, which builds it",
            path.display()
        );
    }
    Ok(path)
}
