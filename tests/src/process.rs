//! A process that answers one line to each line, and may be given up.

use crate::json::Json;
use crate::subject::Crash;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// A program in a process of its own.
pub(crate) struct Responder {
    /// Its name, and its arguments.
    program: Vec<OsString>,
    time_limit: Duration,
    /// Absent after it died or was given up; the next question starts another.
    process: Option<Process>,
}

impl Responder {
    /// Starts a script of Node, whose answers may take `time_limit`.
    pub(crate) fn node(script: &str, time_limit: Duration) -> Result<Self, String> {
        Responder::start(vec!["node".into(), script.into()], time_limit)
    }

    /// Starts a program, whose answers may take `time_limit`.
    pub(crate) fn start(
        program: Vec<OsString>,
        time_limit: Duration,
    ) -> Result<Self, String> {
        let process = Some(Process::spawn(&program)?);
        Ok(Responder { program, time_limit, process })
    }

    /// Asks one line of JSON.
    pub(crate) fn ask(&mut self, question: &str) -> Result<Json, Crash> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::spawn(&self.program).map_err(Crash)?,
        };
        let answer = process.ask(question, self.time_limit)?;
        self.process = Some(process);
        match answer.get("crash").and_then(Json::to_text) {
            Some(reason) => Err(Crash(reason)),
            None => Ok(answer),
        }
    }
}

struct Process {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be in an endless loop, in which it never sees that its input ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn spawn(program: &[OsString]) -> Result<Self, String> {
        let (name, arguments) = program.split_first().ok_or("no program to start")?;
        let shown = name.display();
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start `{shown}`: {error}"))?;
        let (Some(questions), Some(stdout)) = (child.stdin.take(), child.stdout.take())
        else {
            return Err(format!("`{shown}` was started without pipes"));
        };
        let (lines, answers) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Process { child, questions, answers })
    }

    fn ask(&mut self, question: &str, time_limit: Duration) -> Result<Json, Crash> {
        // A question is a line; a break of line that JSON can have is a space.
        let question = question.replace(['\n', '\r'], " ");
        let sent =
            writeln!(self.questions, "{question}").and_then(|()| self.questions.flush());
        sent.map_err(|error| Crash(format!("the process has died: {error}")))?;
        match self.answers.recv_timeout(time_limit) {
            Ok(line) => Json::parse(&line).map_err(Crash),
            Err(RecvTimeoutError::Timeout) => {
                Err(Crash(format!("no answer within {time_limit:?}")))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Crash("the process has died".to_owned()))
            }
        }
    }
}
