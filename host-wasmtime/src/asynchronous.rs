//! Evaluations that async code can wait for.

use std::panic::resume_unwind;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::{Evaluation, Expr, HostError, Inputs};

impl Expr {
    /// Evaluates on a thread that may block, so that tokio's own threads stay free; with a
    /// `time` as [`Expr::evaluate_within`]. Must be awaited inside of a tokio runtime.
    ///
    /// Who drops the future does not stop the evaluation, which then ends by itself: by the
    /// engine's budget or by `time`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use host_wasmtime::{Host, Inputs, Profile};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), host_wasmtime::HostError> {
    /// let host = Host::new()?;
    /// let expr = host.compile("1 + 2", Profile::Workflow)?;
    /// let time = Some(Duration::from_secs(60));
    /// let result = expr.evaluate_async(Inputs::default(), time).await?;
    /// assert_eq!(result.json.as_deref(), Some("3"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn evaluate_async(
        &self,
        inputs: Inputs,
        time: Option<Duration>,
    ) -> Result<Evaluation, HostError> {
        let expr = self.clone();
        let work = move || match time {
            Some(time) => expr.evaluate_within(&inputs, time),
            None => expr.evaluate(&inputs),
        };
        match spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            Err(_) => Err(HostError::Trap("the runtime shuts down".to_owned())),
        }
    }
}
