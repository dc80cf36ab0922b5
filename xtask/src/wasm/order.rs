//! The order of functions: a compressor finds again only what stands near.

use std::cmp::Reverse;
use std::collections::HashMap;

use anyhow::Result;
use wasm_encoder::{NameMap, NameSection, Section};
use wasmparser::{Parser, Payload};

/// How many equal bytes in a row make functions alike.
const PIECE: usize = 6;
/// How many functions back may count as near.
const NEAR: [usize; 7] = [16, 20, 24, 28, 32, 36, 40];
/// How much longer than it is a function may count as being. Which numbers give the smallest
/// file is a matter of chance, of half a percent, so all are tried.
const LONGER: [usize; 4] = [0, 8, 16, 24];

/// A module that imports no function, once for each order in which like stands beside like:
/// every function is named by its place.
pub(super) fn name_places(module: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload? {
            bodies.push(body.as_bytes());
        }
    }
    let functions = pieces(&bodies);
    let mut all = Vec::new();
    for near in NEAR {
        for longer in LONGER {
            all.push(named(module, &order(&functions, near, longer))?);
        }
    }
    Ok(all)
}

/// The module with the names of its functions, given in their order.
fn named(module: &[u8], order: &[usize]) -> Result<Vec<u8>> {
    let mut places: Vec<_> = order.iter().zip(0_u32..).collect();
    places.sort_unstable();
    let mut names = NameMap::new();
    for (&function, place) in places {
        names.append(u32::try_from(function)?, &format!("{place:05}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    let mut named = module.to_owned();
    section.append_to(&mut named);
    Ok(named)
}

/// The pieces of each function, by number.
fn pieces(bodies: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut numbers = HashMap::new();
    let mut functions = Vec::new();
    for body in bodies {
        let number = |piece| {
            let next = numbers.len();
            *numbers.entry(piece).or_insert(next)
        };
        let mut pieces: Vec<usize> = body.windows(PIECE).map(number).collect();
        pieces.sort_unstable();
        pieces.dedup();
        functions.push(pieces);
    }
    functions
}

/// The functions in their order: next is always the one that has most in common with those
/// that are near, for its length.
fn order(functions: &[Vec<usize>], near: usize, longer: usize) -> Vec<usize> {
    let mut left: Vec<_> = functions.iter().enumerate().collect();
    // Before which place each piece stood last.
    let kinds = functions.iter().flatten().max().map_or(0, |last| last.saturating_add(1));
    let mut stood = vec![0_usize; kinds];
    let mut order = Vec::new();
    loop {
        let far = order.len().saturating_sub(near);
        let is_near = |piece: &&usize| stood.get(**piece).is_some_and(|&it| it > far);
        let closest = left.iter().enumerate().max_by_key(|(_, (function, pieces))| {
            let common = pieces.iter().filter(is_near).count() as u64;
            // By the length itself, short functions would all come first.
            let rank = common.pow(2).saturating_mul(1 << 20);
            let len = pieces.len().saturating_add(longer) as u64;
            (rank.checked_div(len), Reverse(*function))
        });
        let Some((index, _)) = closest else { return order };
        let (function, pieces) = left.swap_remove(index);
        order.push(function);
        for &piece in pieces {
            if let Some(place) = stood.get_mut(piece) {
                *place = order.len();
            }
        }
    }
}
