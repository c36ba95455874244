//! SMS through a service that takes a form over HTTP, as most do; the names of its fields are settings.

use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use reqwest::{Client, redirect};

use super::SmsSender;
use crate::Unavailable;
use crate::settings::SmsSettings;

/// How long the service may take: somebody waits for the page.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct HttpForm {
    url: String,
    settings: SmsSettings,
    /// Made at the first SMS: an installation without any opens no certificates.
    client: OnceLock<Client>,
}

impl HttpForm {
    pub(super) fn new(url: &str, settings: &SmsSettings) -> Self {
        Self {
            url: url.to_owned(),
            settings: settings.clone(),
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> Result<&Client, Unavailable> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // A redirect would carry the number and the code somewhere else.
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            .build();
        let client = client.map_err(Unavailable::new)?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn post(&self, to: &str, text: &str) -> Result<(), Unavailable> {
        let settings = &self.settings;
        let mut fields = vec![(settings.to_field.as_str(), to), (settings.text_field.as_str(), text)];
        if let Some(from) = &settings.from {
            fields.push((settings.from_field.as_str(), from));
        }
        let mut request = self.client()?.post(&self.url).form(&fields);
        if let Some(authorization) = &settings.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        // Without the address: it may hold a secret, and the cause is written to the log.
        let answer = request
            .send()
            .await
            .map_err(|error| Unavailable::new(error.without_url()))?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(Unavailable::new(format!(
                "the SMS service answered {}",
                answer.status()
            ))),
        }
    }
}

impl SmsSender for HttpForm {
    fn send<'a>(
        &'a self,
        to: &'a str,
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<(), Unavailable>> + Send + 'a>> {
        Box::pin(self.post(to, text))
    }
}
