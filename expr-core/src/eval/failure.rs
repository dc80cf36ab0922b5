//! Where an error is, seen from outside.
//!
//! The reference fills an error's position and token in as it passes through the
//! expression: an operator names itself, `and` and `or` stand in for everything on their
//! right, and a call stands in for everything in the function that it calls.

use super::frame::{Frame, Return};
use super::{Loaded, Machine};
use crate::error::{Error, ErrorClass, ErrorKind};
use crate::program::{Op, Pc, Site};
use crate::value::index;

impl Machine<'_> {
    /// The error of the operation at `pc`, with its place.
    pub(super) fn failure(&self, error: Error, pc: Pc) -> Error {
        let mut program = &self.program;
        let mut error = located(program, error, pc);
        for frame in self.room.frames.iter().rev() {
            let saved = match frame {
                Frame::Native { ret: Return::To(pc), .. } => {
                    error = passed_through(error, program, pc.saturating_sub(1));
                    continue;
                }
                Frame::Call { saved, .. } => saved,
                Frame::Transform(transformer) => transformer.saved(),
                Frame::Eval { saved } => {
                    let keeps = matches!(
                        error.class(),
                        ErrorClass::Budget
                            | ErrorClass::Host
                            | ErrorClass::DisallowedFunction
                    );
                    if !keeps {
                        let inner = error.message();
                        error = Error::from(ErrorKind::EvalFailed { inner });
                    }
                    // A place in the text given to `$eval` says nothing outside of it.
                    error = error.forget_place();
                    saved
                }
                _ => continue,
            };
            program = self.loaded(saved.program).unwrap_or(program);
            error = passed_through(error, program, saved.called_at);
        }
        error
    }
}

fn site(program: &Loaded, pc: Pc) -> Option<&Site> {
    let site = program.code.op_sites.get(index(pc))?;
    program.code.sites.get(index(*site))
}

/// An error with the place of the operation that raised it.
fn located(program: &Loaded, mut error: Error, pc: Pc) -> Error {
    if let Some(site) = site(program, pc) {
        error = error.or_span(site.span);
        if let Some(at) = site.at {
            error = error.or_at(at, program.code.token(site));
        }
    }
    behind_operators(program, error, pc)
}

/// An error that comes out of a call.
fn passed_through(mut error: Error, program: &Loaded, called_at: Pc) -> Error {
    // `~>` calls without telling where.
    let applied = matches!(program.code.ops.get(index(called_at)), Some(Op::Apply));
    if let Some(site) = site(program, called_at).filter(|_| !applied) {
        error = error.or_span(site.span);
        if let Some(at) = site.at {
            error = error.or_at(at, program.code.token(site)).replace_at(at);
        }
    }
    behind_operators(program, error, called_at)
}

/// An error on the right of `and` or `or` is theirs, the outermost at last.
fn behind_operators(program: &Loaded, mut error: Error, pc: Pc) -> Error {
    for region in &program.code.regions {
        if region.start <= pc
            && pc < region.end
            && let Some(site) = program.code.sites.get(index(region.site))
            && let (Some(at), Some(token)) = (site.at, program.code.token(site))
        {
            error = error.replace_at(at).with_token(token);
        }
    }
    error
}
