//! A subject on a thread of its own, so that a panic or an endless loop costs one case.

use super::{Answer, Crash, Request, Subject, Verdict};
use crate::json::Json;
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

type Job = Box<dyn FnOnce(&mut dyn Subject) + Send>;
type Factory = fn() -> Result<Box<dyn Subject>, String>;

/// The stack of the thread. What the engine keeps on it must not depend on its input, so
/// this is no more than Rust's own default.
const STACK: usize = 2 << 20;

pub(super) struct Isolated {
    name: &'static str,
    time_limit: Duration,
    factory: Factory,
    /// Absent until the first case, and after a thread was given up.
    jobs: Option<Sender<Job>>,
}

impl Isolated {
    pub(super) fn start(
        name: &'static str,
        time_limit: Duration,
        factory: Factory,
    ) -> Self {
        Isolated { name, time_limit, factory, jobs: None }
    }

    fn run<T: Send + 'static>(
        &mut self,
        call: impl FnOnce(&mut dyn Subject) -> Result<T, Crash> + Send + 'static,
    ) -> Result<T, Crash> {
        let (answer, answers) = channel();
        let job: Job = Box::new(move |subject| {
            let result = panic::catch_unwind(AssertUnwindSafe(|| call(subject)));
            let crashed =
                |payload: Box<dyn Any + Send>| Err(Crash(panic_text(&*payload)));
            // The receiver is gone when the case took too long.
            let _ = answer.send(result.unwrap_or_else(crashed));
        });
        let jobs = match self.jobs.take() {
            Some(jobs) => jobs,
            None => spawn(self.factory)?,
        };
        if jobs.send(job).is_err() {
            return Err(Crash("the subject's thread has ended".to_owned()));
        }
        match answers.recv_timeout(self.time_limit) {
            Ok(result) => {
                self.jobs = Some(jobs);
                result
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(Crash(format!("no answer within {:?}", self.time_limit)))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Crash("the subject's thread has ended".to_owned()))
            }
        }
    }
}

impl Subject for Isolated {
    fn name(&self) -> &'static str {
        self.name
    }

    fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
        let request = request.clone();
        self.run(move |subject| subject.evaluate(&request))
    }

    fn validate(
        &mut self,
        source: &str,
        profile: &'static str,
    ) -> Result<Verdict, Crash> {
        let source = source.to_owned();
        self.run(move |subject| subject.validate(&source, profile))
    }

    fn decide(&mut self, request: &str) -> Result<Json, Crash> {
        let request = request.to_owned();
        self.run(move |subject| subject.decide(&request))
    }

    fn memory(&mut self) -> Option<u64> {
        self.run(|subject| Ok(subject.memory())).ok().flatten()
    }
}

fn spawn(factory: Factory) -> Result<Sender<Job>, Crash> {
    let (jobs, queue): (Sender<Job>, Receiver<Job>) = channel();
    let (ready, started) = channel();
    let work = move || {
        let mut subject = match factory() {
            Ok(subject) => subject,
            Err(reason) => {
                let _ = ready.send(Err(reason));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        for job in queue {
            job(subject.as_mut());
        }
    };
    let spawned = thread::Builder::new().stack_size(STACK).spawn(work);
    spawned.map_err(|error| Crash(format!("no thread for the subject: {error}")))?;
    match started.recv() {
        Ok(Ok(())) => Ok(jobs),
        Ok(Err(reason)) => Err(Crash(reason)),
        Err(_) => Err(Crash("the subject did not start".to_owned())),
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does to a case what its source says.
    struct Rude;

    impl Subject for Rude {
        fn name(&self) -> &'static str {
            "rude"
        }

        fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
            match request.source.as_str() {
                "panic" => panic!("on purpose"),
                "hang" => thread::sleep(Duration::from_secs(3600)),
                _ => {}
            }
            Err(Crash("alive".to_owned()))
        }

        fn validate(&mut self, _: &str, _: &'static str) -> Result<Verdict, Crash> {
            Err(Crash("unused".to_owned()))
        }

        fn decide(&mut self, _: &str) -> Result<Json, Crash> {
            Err(Crash("unused".to_owned()))
        }
    }

    fn ask(subject: &mut Isolated, source: &str) -> String {
        let request = Request { source: source.to_owned(), ..Request::default() };
        subject.evaluate(&request).unwrap_err().0
    }

    #[test]
    fn a_panic_and_a_hang_cost_one_case_each() {
        let limit = Duration::from_secs(2);
        let mut subject = Isolated::start("rude", limit, || Ok(Box::new(Rude)));
        assert_eq!(ask(&mut subject, "fine"), "alive");
        assert_eq!(ask(&mut subject, "panic"), "panicked: on purpose");
        assert_eq!(ask(&mut subject, "fine"), "alive");
        assert!(ask(&mut subject, "hang").starts_with("no answer within"));
        assert_eq!(ask(&mut subject, "fine"), "alive");
    }
}
