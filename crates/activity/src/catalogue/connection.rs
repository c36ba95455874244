//! Connections: contacts between two users.

use super::Part::{TargetName, Text};
use super::{ActivityType, Category};

pub(super) const TYPES: &[ActivityType] = &[
    Category::Connection.entry(
        "connection.requested",
        "Requested to connect",
        "A user asked to connect with another",
        &[Text("Requested to connect with "), TargetName],
        "Requested to connect with `Sam Jones`",
    ),
    Category::Connection.entry(
        "connection.accepted",
        "Accepted a request to connect",
        "A user accepted a request to connect",
        &[Text("Accepted a request to connect from "), TargetName],
        "Accepted a request to connect from `Sam Jones`",
    ),
    Category::Connection.entry(
        "connection.rejected",
        "Rejected a request to connect",
        "A user rejected a request to connect",
        &[Text("Rejected a request to connect from "), TargetName],
        "Rejected a request to connect from `Sam Jones`",
    ),
    Category::Connection.entry(
        "connection.removed",
        "Removed connection",
        "A user removed a connection",
        &[Text("Removed connection with "), TargetName],
        "Removed connection with `Sam Jones`",
    ),
    Category::Connection.entry(
        "connection.cancelled",
        "Withdrew a request to connect",
        "A user withdrew their own request to connect",
        &[Text("Withdrew the request to connect with "), TargetName],
        "Withdrew the request to connect with `Sam Jones`",
    ),
    Category::Connection.entry(
        "connection.blocked",
        "Blocked somebody",
        "A user blocked another, which ends their connection",
        &[Text("Blocked "), TargetName],
        "Blocked `Sam Jones`",
    ),
    Category::Connection.entry(
        "connection.unblocked",
        "Unblocked somebody",
        "A user unblocked another",
        &[Text("Unblocked "), TargetName],
        "Unblocked `Sam Jones`",
    ),
];
