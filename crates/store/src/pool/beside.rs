//! A connection beside those of the program, for tests: it sees what was committed, and changes what no use case can.
//! Only tests ask for the feature `testing`, without which it is not there.

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use super::Store;
use crate::{Dialect, StoreError, StoreUrl};

impl Store {
    /// Another connection to the same database.
    ///
    /// # Errors
    /// If the database cannot be opened again.
    pub async fn beside(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = AnyConnection::connect(&self.inner.url).await?;
        for statement in self.inner.dialect.on_connect(true) {
            conn.execute(*statement).await?;
        }
        Ok(conn)
    }

    /// Makes every such change (`INSERT`, `UPDATE`, `DELETE`) of this table fail.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn refuse(&self, verb: &str, table: &str) -> Result<(), StoreError> {
        let name = format!("refused_{verb}_{table}").to_lowercase();
        let sql = match self.inner.dialect {
            Dialect::Sqlite => {
                let told = "SELECT RAISE(ABORT, 'broken by the test')";
                format!("CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN {told}; END")
            }
            Dialect::Postgres => format!(
                "CREATE OR REPLACE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS
                     $$ BEGIN RAISE EXCEPTION 'broken by the test'; END $$;
                 CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION refused()"
            ),
        };
        self.run(sql).await
    }

    /// Lets such changes of this table through again.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn allow(&self, verb: &str, table: &str) -> Result<(), StoreError> {
        let name = format!("refused_{verb}_{table}").to_lowercase();
        self.run(match self.inner.dialect {
            Dialect::Sqlite => format!("DROP TRIGGER {name}"),
            Dialect::Postgres => format!("DROP TRIGGER {name} ON {table}"),
        })
        .await
    }

    async fn run(&self, sql: String) -> Result<(), StoreError> {
        let mut beside = self.beside().await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut beside).await?;
        Ok(())
    }

    /// Makes the tables in a new database at this address, and waits for it.
    ///
    /// # Panics
    /// If they cannot be made.
    pub fn prepare(address: &str) {
        let place = StoreUrl::parse(address);
        // A runtime of its own: whoever waits may be one's thread.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let make = async {
                Self::open(&place).await.expect("the tables are made").close().await;
            };
            runtime.expect("a runtime can be made").block_on(make);
        });
        work.join().expect("the tables are made");
    }
}
