//! Mail, with a mail server that takes everything.

use std::time::Duration;

use app::mail::{self, MailState};
use app::{Caller, Settings};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("mail/budget", Is::Machinery),
    ("mail/name", Is::Machinery),
    ("mail/delete", Is::Mutating(&["mail.deleted"])),
    ("mail/letters", Is::Machinery),
    ("mail/list", Is::Reading),
    ("mail/mod", Is::Machinery),
    ("mail/retry", Is::Mutating(&["mail.retried"])),
    ("mail/send", Is::Mutating(&["mail.sent"])),
    ("mail/show", Is::Mutating(&["mail.shown"])),
    ("mail/text", Is::Machinery),
    ("mail/write", Is::Machinery),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    let mails = mail::list(app, admin, None).await.unwrap().rows;
    let id = mails[0].id.clone();
    match row {
        "mail/delete" => action(async move { mail::delete(app, admin, &id).await }),
        "mail/retry" => action(async move { mail::retry(app, admin, &id).await }),
        "mail/show" => action(async move { mail::show(app, admin, &id).await }),
        "mail/send" => action(sent(stage, id)),
        other => no_action(other),
    }
}

/// The mail is sent by the task that sends mails, which tries again by itself when it cannot write that down.
async fn sent(stage: &Stage<'_>, id: String) -> Result<(), &'static str> {
    mail::start(stage.app()).unwrap();
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let mails = mail::list(stage.app(), &Caller::command_line(), None)
            .await
            .unwrap()
            .rows;
        if mails.iter().any(|mail| mail.id == id && mail.state == MailState::Sent) {
            return Ok(());
        }
    }
    Err("not marked as sent")
}

/// Settings that name a mail server of ours.
pub(crate) fn with_a_server(settings: &mut Settings) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    settings.mail.smtp_url = Some(format!("smtp://{}", listener.local_addr().unwrap()));
    let listener = TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream));
        }
    });
}

async fn talk(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await.unwrap();
    let (mut line, mut data) = (String::new(), false);
    while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) {
        let answer = match line.trim_end() {
            "." if data => {
                data = false;
                "250 taken\r\n"
            }
            _ if data => "",
            "DATA" => {
                data = true;
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        line.clear();
    }
}
