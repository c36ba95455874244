//! Pages asked for as a signed-in browser would.

use anyhow::{Result, ensure};
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use crate::installation::{PASSWORD, USERNAME};
use crate::timing::{RUNS, median_ms};

/// A client that is signed in as the administrator. Its cookies are secure ones, which a browser sends over loopback but
/// this client's cookie store would not, so they are put into every request.
pub async fn log_in(url: &str) -> Result<Client> {
    let client = Client::builder().redirect(Policy::none()).build()?;
    let form = [("login", USERNAME), ("password", PASSWORD), ("next", "/")];
    let request = client
        .post(format!("{url}/login"))
        .header("sec-fetch-site", "same-origin")
        .form(&form);
    let answer = request.send().await?;
    ensure!(
        answer.status() == StatusCode::SEE_OTHER,
        "the log-in was refused with {}",
        answer.status()
    );
    let cookies = answer.headers().get_all(SET_COOKIE).iter();
    let pairs = cookies
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .collect::<Vec<_>>()
        .join("; ");
    let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(pairs)?)]);
    Ok(Client::builder()
        .redirect(Policy::none())
        .default_headers(headers)
        .build()?)
}

/// Median of the activity page of a query, read to its end.
pub async fn activity_ms(client: &Client, url: &str, query: &str) -> Result<f64> {
    let page = format!("{url}/activity?q={query}");
    median_ms(RUNS, |_| {
        let request = client.get(&page);
        async move {
            request.send().await?.error_for_status()?.bytes().await?;
            Ok(())
        }
    })
    .await
}

/// What it costs to tell 50 people that their rows were handed out: a page of a row of each, asked for by another
/// question every time, beside the same page asked for again, which tells nobody anything new.
pub async fn telling_ms(client: &Client, url: &str) -> Result<f64> {
    let page = |run: usize| {
        let page = format!("{url}/activity?q=activity:account.created%20-nowhere{run}");
        async move {
            client.get(page).send().await?.error_for_status()?.bytes().await?;
            Ok(())
        }
    };
    let again = median_ms(100, |_| page(0)).await?;
    let told = median_ms(100, |run| page(run + 1)).await?;
    Ok(told - again)
}

/// Where everything is exported.
pub fn export_url(url: &str) -> String {
    format!("{url}/activity/export")
}
