//! A fresh store of each backend.

use store::{Store, StoreUrl};
use tempfile::TempDir;
use testkit::postgres::Database;

/// A store of its own, and what keeps it alive.
pub(crate) struct Place {
    pub(crate) url: StoreUrl,
    pub(crate) store: Store,
    _database: Option<Database>,
    _dir: Option<TempDir>,
}

impl Place {
    /// Closes the store and opens it again.
    pub(crate) async fn reopened(self) -> Self {
        self.store.close().await;
        let store = Store::open(&self.url).await.unwrap();
        Self { store, ..self }
    }
}

pub(crate) async fn sqlite() -> Place {
    let dir = tempfile::tempdir().unwrap();
    // A path that needs escaping in an address.
    let path = dir.path().join("a b?c#d%20e");
    std::fs::create_dir(&path).unwrap();
    let url = StoreUrl::directory(path);
    let store = Store::open(&url).await.unwrap();
    Place {
        url,
        store,
        _database: None,
        _dir: Some(dir),
    }
}

pub(crate) async fn postgres() -> Place {
    let database = Database::filled(Store::prepare);
    let url = StoreUrl::parse(&database.url());
    let store = Store::open(&url).await.unwrap();
    Place {
        url,
        store,
        _database: Some(database),
        _dir: None,
    }
}
