//! Putting one volume of an installation back from its backup, where its files are not what was written. What was there is
//! kept beside it.

use anyhow::{Context as _, Result, bail};
use engine::live_volumes;
use store::{Store, StoreUrl};

use super::files;
use super::place::Place;
use super::volumes::copy_volume;
use crate::compose;
use crate::config::Config;

/// Puts a volume back into the installation of these settings, which nobody may have open; under which name what was there is
/// kept, if something was.
pub(crate) async fn put_back(place: &Place, config: &Config, id: &str) -> Result<Option<String>> {
    compose::refuse_half_restored(&config.data_dir)?;
    let store = Store::open(&StoreUrl::directory(&config.data_dir)).await?;
    let done = put(place, config, &store, id).await;
    store.close().await;
    done
}

async fn put(place: &Place, config: &Config, store: &Store, id: &str) -> Result<Option<String>> {
    let live = live_volumes(store).await?;
    let Some(wanted) = live.iter().find(|of| of.id == id) else {
        bail!("the log has no volume {id}; `whodid verify` names those that are damaged");
    };
    let Some(kept) = place.kept(id)? else {
        bail!(
            "{} does not hold the volume {id} as a whole: it was made after the last snapshot, or pruned. Nothing was changed",
            place.root().display()
        );
    };
    if wanted.files.iter().any(|(name, sum)| kept.files.get(name) != Some(sum)) {
        bail!(
            "the volume {id} in {} is not the one that the log has. Nothing was changed",
            place.root().display()
        );
    }
    let shelf = &config.log.volumes_dir;
    let (to, made) = (shelf.join(id), shelf.join(format!("restored-{id}")));
    let aside = (0_u32..)
        .map(|n| format!("damaged-{n}-{id}"))
        .find(|name| !shelf.join(name).exists())
        .context("there is no name left for what is there")?;
    if made.exists() {
        bail!(
            "{} is left of an attempt that did not end; remove it and repeat this",
            made.display()
        );
    }
    tokio::task::block_in_place(|| copy_volume(&kept, &place.volume(id), &made, &|_| {}))?;
    let was_there = to.exists();
    if was_there {
        files::rename(&to, &shelf.join(&aside))?;
    }
    files::rename(&made, &to)?;
    Ok(was_there.then_some(aside))
}
