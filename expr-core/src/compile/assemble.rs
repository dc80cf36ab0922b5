//! Labels → places, when all operations are emitted.

use super::{Compiler, Label, NOWHERE, bug};
use crate::error::Result;
use crate::merge_sort::sorted;
use crate::program::{Code, Op};
use crate::value::index;
use alloc::vec::Vec;

impl Compiler<'_> {
    /// The finished code.
    pub(super) fn assemble(self) -> Result<Code> {
        let labels = Labels(self.labels);
        let mut code = self.code;
        code.bytes = self.words.into_bytes();
        for op in &mut code.ops {
            labels.resolve_op(op)?;
            if let Op::CallBuiltin { builtin: id, .. }
            | Op::LoadGlobal { builtin: Some(id), .. } = *op
                && code.signatures.iter().all(|known| known.0 != id)
            {
                code.signatures.push((id, id.signature()?));
            }
        }
        for region in &mut code.regions {
            labels.resolve(&mut region.start)?;
            labels.resolve(&mut region.end)?;
        }
        // Inner operators are planned after outer ones end, so the list is sorted by where
        // a region starts: an error meets the innermost first.
        let start = |at: usize| code.regions.get(at).map(|region| region.start);
        let order = sorted(code.regions.len(), &|a, b| start(a) < start(b));
        code.regions =
            order.iter().filter_map(|&at| code.regions.get(index(at)).copied()).collect();
        for lambda in &mut code.lambdas {
            labels.resolve(&mut lambda.entry)?;
        }
        for grouping in &mut code.groupings {
            labels.resolve(&mut grouping.end)?;
            for pair in &mut grouping.pairs {
                labels.resolve(&mut pair.key)?;
                labels.resolve(&mut pair.value)?;
            }
        }
        for sorting in &mut code.sortings {
            labels.resolve(&mut sorting.end)?;
            labels.resolve(&mut sorting.nothing)?;
            for term in &mut sorting.terms {
                labels.resolve(&mut term.key)?;
            }
        }
        for transform in &mut code.transforms {
            labels.resolve(&mut transform.pattern)?;
            labels.resolve(&mut transform.update)?;
            labels.resolve(&mut transform.clone)?;
            if let Some(delete) = &mut transform.delete {
                labels.resolve(delete)?;
            }
        }
        Ok(code)
    }
}

struct Labels(Vec<u32>);

impl Labels {
    fn resolve(&self, label: &mut Label) -> Result<()> {
        let place = self.0.get(index(*label)).filter(|&&place| place != NOWHERE);
        *label = *place.ok_or_else(|| bug("a jump to nowhere"))?;
        Ok(())
    }

    fn resolve_op(&self, op: &mut Op) -> Result<()> {
        match op {
            Op::Load { bound: label, .. }
            | Op::LoadTuple { bound: label, .. }
            | Op::Jump(label)
            | Op::JumpIfFalse(label)
            | Op::And(label)
            | Op::Or(label)
            | Op::Elvis(label)
            | Op::Coalesce(label)
            | Op::ConstructedItems { end: label, .. }
            | Op::Each { end: label, .. }
            | Op::Filter { end: label, .. } => self.resolve(label),
            Op::TupleEach { end, path_end, .. } => {
                self.resolve(end)?;
                self.resolve(path_end)
            }
            _ => Ok(()),
        }
    }
}
