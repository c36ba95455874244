//! Witnesses as an installation names them: where each is asked, and by which key it is known. Owns neither how a request
//! travels, which is a [`Courier`]'s, nor what is made of an answer.

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use proof::WitnessKey;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// A witness that is asked to cosign checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Witness {
    url: String,
    key: WitnessKey,
}

/// What a witness answered, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status of the HTTP answer.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

/// An answer on its way; an error says in words why none came.
pub type Replying<'a> = Pin<Box<dyn Future<Output = Result<Reply, String>> + Send + 'a>>;

/// What carries requests to witnesses.
pub trait Courier: fmt::Debug + Send + Sync {
    /// Posts the body to this address. Bounds how long that takes and how much is read, and follows nowhere else.
    fn post<'a>(&'a self, url: &'a str, body: String) -> Replying<'a>;
}

impl Witness {
    /// A witness with this key (a vkey of C2SP signed notes), which answers below this address.
    ///
    /// # Errors
    /// What is wrong with either, in words.
    pub fn new(url: &str, key: &str) -> Result<Self, String> {
        let url = url.trim_end_matches('/');
        // Not repeated: it may be a password.
        if url.contains(|c: char| c == '@' || c == '?' || c == '#' || c.is_whitespace() || c.is_control()) {
            return Err(
                "the address of a witness holds a password, a query, a blank or a part after `#`; write https://HOST/PATH"
                    .to_owned(),
            );
        }
        let rest = |scheme| url.strip_prefix(scheme).filter(|rest: &&str| !rest.is_empty());
        let (rest, open) = match (rest("https://"), rest("http://")) {
            (Some(rest), _) => (rest, false),
            (_, Some(rest)) => (rest, true),
            _ => return Err(format!("`{url}` is no address of a witness; write https://…")),
        };
        if open && !is_loopback(rest) {
            return Err(format!(
                "`{url}` is not https, by which a witness on another machine is asked; http is for this machine alone"
            ));
        }
        // Nor is this: it may be a secret key.
        let unfit =
            |why: proof::KeyError| format!("that is no key of a witness, as `whodid witness` prints its own: {why}");
        let key: WitnessKey = key.parse().map_err(unfit)?;
        let url = url.to_owned();
        Ok(Self { url, key })
    }

    /// Refuses a list that names a key twice.
    ///
    /// # Errors
    /// Which, in words.
    pub fn check_all(witnesses: &[Self]) -> Result<(), String> {
        let twice = |(at, one): &(usize, &Self)| witnesses[..*at].iter().any(|other| other.key == one.key);
        match witnesses.iter().enumerate().find(twice) {
            Some((_, one)) => Err(format!("the key {} is named twice", one.key)),
            None => Ok(()),
        }
    }

    /// Where checkpoints go.
    pub(crate) fn add_checkpoint(&self) -> String {
        format!("{}/add-checkpoint", self.url)
    }

    /// The address it answers below.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &WitnessKey {
        &self.key
    }
}

/// Whether the host at the beginning of this is the machine itself.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    if let Some(bracketed) = authority.strip_prefix('[') {
        let address = bracketed.split(']').next().unwrap_or_default();
        return address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl TryFrom<Value> for Witness {
    type Error = String;

    /// Of a table with `url` and `key`, or of a text with a blank between both.
    fn try_from(value: Value) -> Result<Self, String> {
        let form = || "a witness is written { url = \"https://…\", key = \"…\" }".to_owned();
        if let Some((url, key)) = value.as_str().and_then(|text| text.split_once(' ')) {
            return Self::new(url, key.trim());
        }
        let table = value.as_object().ok_or_else(form)?;
        if let Some(other) = table.keys().find(|key| !["url", "key"].contains(&key.as_str())) {
            return Err(format!("a witness has no `{other}`; {}", form()));
        }
        let text = |key| table.get(key).and_then(Value::as_str).ok_or_else(form);
        Self::new(text("url")?, text("key")?)
    }
}

impl Serialize for Witness {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{} {}", self.url, self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "witness.example/w1+4b1cb2c6+BP";

    fn key() -> String {
        let key = proof::CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[2; 32]);
        key.public().to_string()
    }

    #[test]
    fn a_witness_is_asked_by_https_or_on_this_machine() {
        for good in [
            "https://witness.example",
            "https://witness.example:8443/a/b/",
            "http://localhost:8090",
            "http://127.0.0.1",
            "http://[::1]:8090/x",
        ] {
            let witness = Witness::new(good, &key()).unwrap();
            let expected = format!("{}/add-checkpoint", good.trim_end_matches('/'));
            assert_eq!(witness.add_checkpoint(), expected);
        }
        for bad in [
            "http://witness.example",
            "http://127.0.0.1.example/",
            "http://localhost.example",
            "http://10.0.0.1",
            "http://[2001:db8::1]/",
            "https://",
            "https://name:secret@witness.example",
            "https://witness.example/?to=",
            "ftp://localhost",
            "ftp://name:secret@localhost",
            "localhost",
            "",
        ] {
            let refused = Witness::new(bad, &key()).unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
        assert!(Witness::new("https://witness.example", KEY).is_err());
        let secret = proof::CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[2; 32]).to_secret_text();
        let refused = Witness::new("https://witness.example", &secret).unwrap_err();
        assert!(!refused.contains(secret.rsplit('+').next().unwrap()), "{refused}");
        let of_a_log = proof::SigningKey::from_seed("log.example".parse().unwrap(), &[2; 32]);
        assert!(Witness::new("https://witness.example", &of_a_log.public().to_string()).is_err());
    }

    #[test]
    fn a_witness_is_written_as_a_table_or_a_text() {
        let url = "https://witness.example";
        let written = |value: Value| serde_json::from_value::<Witness>(value).map_err(|why| why.to_string());
        let table = written(serde_json::json!({"url": url, "key": key()})).unwrap();
        let text = written(Value::String(format!("{url} {}", key()))).unwrap();
        assert_eq!(table, text);
        assert_eq!(written(serde_json::to_value(&text).unwrap()).unwrap(), text);
        assert!(Witness::check_all(std::slice::from_ref(&text)).is_ok());
        assert!(Witness::check_all(&[table, text]).unwrap_err().contains("twice"));
        for bad in [
            serde_json::json!({"url": url}),
            serde_json::json!({"url": url, "key": 3}),
            serde_json::json!([url]),
            serde_json::json!(url),
        ] {
            assert!(written(bad).unwrap_err().contains("a witness is written"));
        }
        let more = serde_json::json!({"url": url, "key": key(), "colour": "red"});
        assert!(written(more).unwrap_err().contains("no `colour`"));
    }
}
