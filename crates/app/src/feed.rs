//! The bytes of a file on their way to a reader. Owns that a file which is not whole never ends like one that is, that
//! a reader who is slow holds little, and that one who is too slow is let go.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::ExportSettings;

/// Pieces that wait for a slow reader.
const WAITING: usize = 2;

/// The writer's end. Dropping it before [`Feed::whole`], as a panic does, breaks the file off.
pub(crate) struct Feed {
    sender: mpsc::Sender<Piece>,
    /// How much longer the reader is waited for: what is waited is taken off, what is taken earns at the least rate.
    patience: Duration,
    /// The most of it, however much was taken at once.
    grace: Duration,
    /// Bytes a second.
    least_rate: u64,
}

enum Piece {
    Bytes(Bytes),
    /// Nothing is missing.
    Whole,
}

/// Why nothing more can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The reader is gone.
    Gone,
    /// The reader was too slow.
    Slow,
}

/// The reader's end: an error in it means that the file is not whole.
pub struct Chunks {
    receiver: mpsc::Receiver<Piece>,
    ended: bool,
}

/// Both ends.
pub(crate) fn feed(settings: &ExportSettings) -> (Feed, Chunks) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let feed = Feed {
        sender,
        patience: Duration::from_secs(settings.patience_seconds),
        grace: Duration::from_secs(settings.patience_seconds),
        least_rate: settings.least_bytes_per_second.max(1),
    };
    let chunks = Chunks { receiver, ended: false };
    (feed, chunks)
}

impl Feed {
    /// Passes bytes on, as soon as the reader takes them.
    pub(crate) async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Lost> {
        if bytes.is_empty() {
            return Ok(());
        }
        let length = bytes.len() as u64;
        let pass_on = |permit: mpsc::Permit<'_, Piece>| permit.send(Piece::Bytes(bytes.into()));
        self.waiting(pass_on).await?;
        let earned = Duration::from_micros(length.saturating_mul(1_000_000) / self.least_rate);
        self.patience = self.grace.min(self.patience + earned);
        Ok(())
    }

    /// Says that nothing is missing. Without it the file is broken off.
    pub(crate) async fn whole(self) {
        // A reader who has gone in the meantime no longer needs to know.
        let _ = timeout(self.patience, self.sender.send(Piece::Whole)).await;
    }

    async fn waiting(&mut self, then: impl FnOnce(mpsc::Permit<'_, Piece>)) -> Result<(), Lost> {
        let begun = Instant::now();
        let permit = timeout(self.patience, self.sender.reserve()).await;
        match permit {
            Ok(Ok(permit)) => then(permit),
            Ok(Err(_)) => return Err(Lost::Gone),
            Err(_) => return Err(Lost::Slow),
        }
        self.patience = self.patience.saturating_sub(begun.elapsed());
        Ok(())
    }
}

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.receiver.poll_recv(cx).map(|piece| match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::Whole) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(io::Error::other("the file broke off before it was whole")))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    fn ends() -> (Feed, Chunks) {
        feed(&ExportSettings::default())
    }

    async fn pieces(chunks: Chunks) -> Vec<io::Result<Bytes>> {
        chunks.collect().await
    }

    #[tokio::test]
    async fn only_a_file_that_was_said_to_be_whole_ends_without_an_error() {
        let (mut feed, chunks) = ends();
        let reading = tokio::spawn(pieces(chunks));
        feed.send(b"all".to_vec()).await.unwrap();
        feed.whole().await;
        assert_eq!(
            reading
                .await
                .unwrap()
                .into_iter()
                .map(Result::unwrap)
                .collect::<Vec<_>>(),
            ["all"]
        );

        for panics in [false, true] {
            let (mut feed, chunks) = ends();
            let writing = tokio::spawn(async move {
                feed.send(b"half".to_vec()).await.unwrap();
                assert!(!panics, "as any fault would");
            });
            let read = pieces(chunks).await;
            assert_eq!(writing.await.is_err(), panics);
            assert_eq!(read.len(), 2);
            assert!(read[0].is_ok() && read[1].is_err(), "{read:?}");
        }
    }

    #[tokio::test]
    async fn a_reader_who_is_too_slow_is_let_go_and_one_who_keeps_up_is_not() {
        let settings = ExportSettings {
            patience_seconds: 1,
            least_bytes_per_second: 1_000,
            ..ExportSettings::default()
        };
        let (mut slow, _chunks) = feed(&settings);
        let begun = Instant::now();
        let mut sent = 0;
        let lost = loop {
            match slow.send(vec![0; 10]).await {
                Ok(()) => sent += 1,
                Err(lost) => break lost,
            }
        };
        assert_eq!(
            (lost, sent),
            (Lost::Slow, WAITING),
            "it holds {WAITING} pieces and no more"
        );
        assert!(begun.elapsed() >= Duration::from_secs(1));

        let (mut quick, chunks) = feed(&settings);
        let reading = tokio::spawn(chunks.for_each(|_| tokio::time::sleep(Duration::from_millis(100))));
        for _ in 0..20 {
            quick.send(vec![0; 500]).await.unwrap();
        }
        reading.abort();
    }

    #[tokio::test]
    async fn a_reader_who_has_gone_is_noticed() {
        let (mut feed, chunks) = ends();
        drop(chunks);
        assert_eq!(feed.send(vec![1]).await, Err(Lost::Gone));
    }
}
