//! Putting compiled conditions together, so that what decides most is evaluated first.

use std::sync::Arc;

use tantivy::InvertedIndexReader;

use super::node::Node;

/// All of these at once.
pub(super) fn all_of(nodes: Vec<Node>) -> Node {
    let mut all = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::All => {}
            Node::Nothing => return Node::Nothing,
            Node::And(more) => all.extend(more),
            node => all.push(node),
        }
    }
    // Lists first: they leave few documents to compare values of.
    all.sort_by_key(cost);
    match all.len() {
        0 => Node::All,
        1 => all.remove(0),
        _ => Node::And(all),
    }
}

pub(super) fn none_of(node: Node) -> Node {
    match node {
        Node::All => Node::Nothing,
        Node::Nothing => Node::All,
        Node::Not(inner) => *inner,
        node => Node::Not(Box::new(node)),
    }
}

/// Any of these, with lists of one field brought together.
pub(super) fn any_of(nodes: Vec<Node>) -> Node {
    let mut merged: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (merged.last_mut(), node) {
            (_, Node::Nothing) => {}
            (_, Node::All) => return Node::All,
            (
                Some(Node::Lists { index, infos }),
                Node::Lists {
                    index: next,
                    infos: more,
                },
            ) if same(index, &next) => {
                infos.extend(more);
            }
            (_, node) => merged.push(node),
        }
    }
    match merged.len() {
        0 => Node::Nothing,
        1 => merged.remove(0),
        _ => Node::Or(merged),
    }
}

fn same(one: &Arc<InvertedIndexReader>, other: &Arc<InvertedIndexReader>) -> bool {
    Arc::ptr_eq(one, other)
}

/// A coarse order of what to evaluate first.
fn cost(node: &Node) -> u64 {
    match node {
        Node::Nothing => 0,
        Node::Docs(_) => 1,
        Node::Lists { infos, .. } => infos.iter().map(|info| u64::from(info.doc_freq) + 64).sum(),
        Node::And(all) => all.iter().map(cost).min().unwrap_or(0),
        Node::Or(any) => any.iter().map(cost).sum(),
        Node::Not(inner) | Node::Maybe(inner) => cost(inner).saturating_add(1 << 40),
        Node::Values { .. } | Node::Times { .. } | Node::Set(_) => 1 << 41,
        Node::All => 1 << 42,
    }
}
