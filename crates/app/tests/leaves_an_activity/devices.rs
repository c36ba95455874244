//! Devices.

use app::devices;

use crate::support::{GOOD, visitor};
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("devices/authenticate", Is::Silent("only when a device was last seen")),
    ("devices/end", Is::Machinery),
    ("devices/end_devices", Is::Mutating(&["device.all_ended"])),
    ("devices/list_devices", Is::Reading),
    ("devices/log_out", Is::Mutating(&["user.logout"])),
    ("devices/log_out_browser", Is::Mutating(&["user.logout"])),
    ("devices/make_device", Is::Machinery),
    ("devices/mod", Is::Machinery),
    ("devices/model", Is::Machinery),
    ("devices/revoke_device", Is::Mutating(&["device.revoked"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin, member, id) = (stage.app(), &stage.admin, &stage.member, stage.id());
    match row {
        "devices/end_devices" => action(devices::end_devices(app, admin, id)),
        "devices/log_out_browser" => {
            let signed_in = stage.test.log_in("sam", GOOD).await.unwrap();
            let browser = app::Visitor {
                device_token: Some(signed_in.device_token),
                ..visitor()
            };
            action(async move { devices::log_out_browser(app, &browser).await })
        }
        "devices/log_out" => action(devices::log_out(app, member)),
        "devices/revoke_device" => action(devices::revoke_device(app, member, id, &stage.other_device)),
        other => no_action(other),
    }
}
