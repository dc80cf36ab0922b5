//! The example service under load: every request has its answer, and the end is graceful.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/service/app.rs"]
mod app;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use app::{Bounds, app};
use host_wasmtime::{Host, Limits};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const CLIENTS: usize = 8;
const LOAD: Duration = Duration::from_secs(3);
/// Longer than the service may take for anything, on a machine that does other work too.
const PATIENCE: Duration = Duration::from_secs(30);
/// Runs on until something ends it.
const ENDLESS: &str = r#"{"source": "[1..900000][$ > 0]{toString($): $}"}"#;

/// A service on a free port, until it is stopped.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    fn start(bounds: Bounds) -> Running {
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                bound.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, app(Host::new().unwrap(), bounds))
                    .with_graceful_shutdown(async { stopped.await.unwrap_or_default() })
                    .await
                    .unwrap();
            });
        });
        Running { address: address.recv().unwrap(), stop, thread }
    }

    fn client(&self) -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Client { agent: config.into(), address: self.address }
    }

    fn stop(self) {
        self.stop.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

#[derive(Clone)]
struct Client {
    agent: ureq::Agent,
    address: SocketAddr,
}

impl Client {
    /// Status and body of the answer.
    fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.try_post(path, body).unwrap()
    }

    fn try_post(&self, path: &str, body: &str) -> Result<(u16, String), ureq::Error> {
        let url = format!("http://{}{path}", self.address);
        let mut answer = self.agent.post(&url).send(body)?;
        Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
    }
}

#[test]
fn each_request_has_its_answer() {
    let service = Running::start(Bounds::default());
    let client = service.client();
    let ask = |body: &str| client.post("/evaluate", body);
    let (status, body) =
        ask(r#"{"source": "payload.n + 1", "context": {"payload": {"n": 41}}}"#);
    assert_eq!(
        (status, body.starts_with(r#"{"value":42,"steps":"#)),
        (200, true),
        "{body}"
    );
    let (status, body) = ask(r#"{"source": "nowIso()", "now": 0}"#);
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("1970-01-01T00:00:00.000Z"), "{body}");
    for (body, status, part) in [
        (r#"{"source": "1 +"}"#, 422, r#""class":"syntax""#),
        (r#"{"source": "$sum(1)"}"#, 422, r#""code":"C0004""#),
        (r#"{"source": "1 + 'a'"}"#, 422, r#""code":"T2002""#),
        (r#"{"source": "1", "sauce": 2}"#, 400, "the body is no request"),
        ("{", 400, "the body is no request"),
        (r#"{"source": 1}"#, 422, r#""code":"W0105""#),
    ] {
        let (found, answer) = ask(body);
        assert_eq!(found, status, "{body}: {answer}");
        assert!(answer.contains(part), "{body}: {answer}");
    }
    let large = format!(r#"{{"source": "1", "context": "{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(ask(&large).0, 413);
    let (status, body) = client.post("/validate", r#"{"source": "len(a)"}"#);
    assert_eq!((status, body.as_str()), (200, r#"{"valid":true}"#));
    let (status, body) = client.post("/validate", r#"{"source": "$sum(a)"}"#);
    assert_eq!(status, 200);
    assert!(body.starts_with(r#"{"valid":false,"error":{"#), "{body}");
    service.stop();
}

#[test]
fn under_load_every_answer_is_right_and_nothing_waits_for_the_hostile() {
    let limits =
        Limits { steps: Some(1 << 40), bytes: Some(1 << 40), ..Limits::default() };
    let time = Duration::from_millis(100);
    let service = Running::start(Bounds { limits, time, ..Bounds::default() });
    let end = Instant::now() + LOAD;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = service.client();
            thread::spawn(move || {
                let mut answers = 0_usize;
                while Instant::now() < end {
                    let n = number + answers;
                    let body = format!(
                        r#"{{"source": "payload.n * 2", "context": {{"payload": {{"n": {n}}}}}}}"#
                    );
                    let (status, answer) = client.post("/evaluate", &body);
                    assert_eq!(status, 200, "{answer}");
                    let wanted = format!(r#"{{"value":{},"#, n * 2);
                    assert!(answer.starts_with(&wanted), "{answer}");
                    if answers % 10 == number % 10 {
                        assert_eq!(client.post("/evaluate", ENDLESS).0, 504);
                    }
                    answers += 1;
                }
                answers
            })
        })
        .collect();
    for client in clients {
        assert!(client.join().unwrap() > 0);
    }
    service.stop();
}

#[test]
fn too_many_at_a_time_are_refused_at_once() {
    let service = Running::start(Bounds { at_a_time: 0, ..Bounds::default() });
    let (status, body) = service.client().post("/evaluate", r#"{"source": "1"}"#);
    assert_eq!(status, 503);
    assert!(body.contains("too many evaluations at a time"), "{body}");
    service.stop();
}

#[test]
fn what_runs_when_the_service_ends_has_its_answer() {
    let limits =
        Limits { steps: Some(1 << 40), bytes: Some(1 << 40), ..Limits::default() };
    let time = Duration::from_secs(1);
    let service = Running::start(Bounds { limits, time, ..Bounds::default() });
    let client = service.client();
    // With an answer the machine code for deadlines is there.
    assert_eq!(client.post("/evaluate", r#"{"source": "1"}"#).0, 200);
    let asker = client.clone();
    let asked = thread::spawn(move || asker.post("/evaluate", ENDLESS));
    thread::sleep(Duration::from_millis(300));
    service.stop();
    assert_eq!(asked.join().unwrap().0, 504);
    assert!(client.try_post("/evaluate", r#"{"source": "1"}"#).is_err());
}
