//! Requests to witnesses over HTTP. Owns that none takes long, answers without end or leads anywhere else.

use std::sync::OnceLock;
use std::time::Duration;

use engine::{Courier, Reply, Replying};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, redirect};

/// How long a witness may take, from the connection to the end of its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of an answer is read. A line or two are wanted.
const MOST_BYTES: usize = 64 * 1024;

/// Reaches witnesses over HTTP.
#[derive(Debug)]
pub struct HttpCourier {
    patience: Duration,
    /// Made at the first request: an installation without witnesses opens no certificates.
    client: OnceLock<Client>,
}

impl Default for HttpCourier {
    fn default() -> Self {
        Self {
            patience: PATIENCE,
            client: OnceLock::new(),
        }
    }
}

impl HttpCourier {
    fn client(&self) -> Result<&Client, reqwest::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // A redirect would lead to where nobody sent it.
        let client = Client::builder()
            .timeout(self.patience)
            .redirect(redirect::Policy::none());
        let client = client.build()?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn exchange(&self, url: &str, body: String) -> Result<Reply, String> {
        let request = self.client().map_err(in_words)?.post(url);
        let request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8").body(body);
        let mut answer = request.send().await.map_err(in_words)?;
        let mut read = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(in_words)? {
            if read.len() + part.len() > MOST_BYTES {
                return Err(format!("its answer is longer than {MOST_BYTES} bytes"));
            }
            read.extend_from_slice(&part);
        }
        let status = answer.status().as_u16();
        Ok(Reply { status, body: read })
    }
}

impl Courier for HttpCourier {
    fn post<'a>(&'a self, url: &'a str, body: String) -> Replying<'a> {
        Box::pin(self.exchange(url, body))
    }
}

/// Why there is no answer.
fn in_words(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(because) = cause {
        text = format!("{text}: {because}");
        cause = because.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use super::*;

    /// A server that reads the head of one request and answers whatever `answer` writes; where it is.
    fn server(answer: impl FnOnce(&mut dyn std::io::Write) + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/add-checkpoint", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            answer(&mut stream);
        });
        url
    }

    fn courier() -> HttpCourier {
        HttpCourier {
            patience: Duration::from_millis(500),
            ..HttpCourier::default()
        }
    }

    #[tokio::test]
    async fn a_status_and_a_body_are_given_as_they_came() {
        let url = server(|to| {
            let _ = to.write_all(b"HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\nConnection: close\r\n\r\n17\n");
        });
        let reply = courier().post(&url, "old 0\n".to_owned()).await.unwrap();
        assert_eq!((reply.status, &reply.body[..]), (409, &b"17\n"[..]));
    }

    #[tokio::test]
    async fn an_answer_without_end_one_that_never_comes_and_none_at_all_are_bounded() {
        let endless = server(|to| {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while to.write_all(&[b'a'; 8192]).is_ok() {}
        });
        let refused = courier().post(&endless, String::new()).await.unwrap_err();
        assert!(refused.contains("longer than 65536 bytes"), "{refused}");
        let slow = server(|to| {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while to.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let refused = courier().post(&slow, String::new()).await.unwrap_err();
        assert_eq!(refused, "it did not answer in time");
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let refused = courier()
            .post(&format!("http://{gone}/x"), String::new())
            .await
            .unwrap_err();
        assert!(
            refused.contains("refused") && !refused.contains(&gone.to_string()),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let to = format!("http://{}/", elsewhere.local_addr().unwrap());
        let url = server(move |stream| {
            let head = format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
        });
        let reply = courier().post(&url, "old 0\n".to_owned()).await.unwrap();
        assert_eq!(reply.status, 307);
        assert!(elsewhere.accept().is_err(), "nobody came");
    }
}
