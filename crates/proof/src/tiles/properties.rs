//! What holds for every path that somebody may ask for.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_path_names_one_tile_in_one_spelling(
        path in "(tile/)?[0-9]{0,3}/(x[0-9]{3}/){0,8}[0-9x.+ /-]{0,5}(\\.p/[0-9]{0,4})?", size in any::<u64>(),
    ) {
        if let Ok(tile) = path.parse::<Tile>() {
            prop_assert_eq!(tile.to_string(), path);
            prop_assert!(tile.width() > 0 && tile.level() < 64);
            prop_assert_eq!(tile.within(size).is_ok(), tile.within(size) == Ok(tile));
        }
    }

    #[test]
    fn a_tile_survives_its_path(level in 0_u8..64, index in any::<u64>(), shift in 0_u32..64, width in 1_u16..=256) {
        let tile = Tile::new(level, index >> shift, width).unwrap();
        prop_assert_eq!(tile.to_string().parse::<Tile>(), Ok(tile));
    }

    #[test]
    fn a_grown_tree_has_the_old_full_tiles_and_the_new_ones(old in 0_u64..200_000, more in 0_u64..70_000) {
        let full = |tile: &Tile| tile.width() == 256;
        let mut tiles: Vec<_> = tiles_of(old).filter(full).chain(tiles_between(old, old + more)).collect();
        // A partial tile of a level that did not grow stays.
        tiles.extend(tiles_of(old).filter(|tile| !full(tile) && tiles_of(old + more).any(|other| other == *tile)));
        tiles.sort_unstable();
        tiles.dedup();
        let mut all: Vec<_> = tiles_of(old + more).collect();
        all.sort_unstable();
        prop_assert_eq!(tiles, all);
        prop_assert!(tiles_of(old).all(|tile| tile.within(old).is_ok()));
    }
}
