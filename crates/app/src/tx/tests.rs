use activity::Named;

use super::*;
use crate::activity::tests::support::Setup;
use crate::{ChangeError, is_unknown};

#[tokio::test]
async fn a_commit_without_an_answer_is_not_told_as_nothing_changed() {
    let setup = Setup::embedded().await;
    let ends = "CREATE TRIGGER ends BEFORE INSERT ON api_key_application
         BEGIN SELECT RAISE(ROLLBACK, 'ended by the test'); END";
    let mut beside = setup.beside().await;
    sqlx::query(ends).execute(&mut beside).await.unwrap();
    let mut tx = setup.app.begin().await.unwrap();
    // The database ends it without us, as it does after a failed write.
    let written = store::reporters::set_applications(&mut tx, "key_1", &[Named::default()]).await;
    assert!(written.unwrap_err().to_string().contains("ended by the test"));
    let error = tx.commit_quietly(Quiet::Preference).await.unwrap_err();
    assert!(matches!(error, Unavailable::Unknown(_)) && is_unknown(&error));
    let error = ChangeError::from(error);
    assert!(is_unknown(&error) && error.to_string().contains("not known"), "{error}");
    let later = setup.app.begin().await.err().unwrap();
    assert!(
        !is_unknown(&later),
        "of what comes later it is known that it was not done"
    );
}
