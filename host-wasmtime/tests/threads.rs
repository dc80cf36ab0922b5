//! One host, many threads: the same answers, and nobody stuck.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use host_wasmtime::{Host, HostError, Inputs, Json, Limits, Profile, Settings};
use serde::Deserialize;
use serde_json::value::RawValue;

const THREADS: usize = 8;

/// As much of a fixture as an evaluation needs.
#[derive(Deserialize)]
struct Vector {
    source: Option<Box<RawValue>>,
    decide: Option<Box<RawValue>>,
    context: Option<Box<RawValue>>,
    bindings: Option<Box<RawValue>>,
    seed: Option<u64>,
    limits: Option<LimitsOf>,
}

#[derive(Deserialize)]
struct LimitsOf {
    steps: Option<u64>,
    bytes: Option<u64>,
    depth: Option<u32>,
}

#[derive(Deserialize)]
struct Meta {
    profile: Option<String>,
}

#[derive(Deserialize)]
struct File {
    meta: Meta,
    vectors: Vec<Vector>,
}

/// What a fixture asks for.
enum Case {
    Evaluate { source: Json, profile: Profile, inputs: Box<Inputs> },
    Decide(Json),
}

/// What all fixtures ask for.
fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../parity-fixtures");
    let mut cases = Vec::new();
    let mut folders = vec![root.join("contract"), root.join("language")];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let text = fs::read_to_string(&entry).unwrap();
                let File { meta, vectors } = serde_json::from_str(&text).unwrap();
                let plain = meta.profile.as_deref() == Some("jsonata");
                let profile = if plain { Profile::Jsonata } else { Profile::Workflow };
                cases.extend(vectors.into_iter().map(|it| it.case(profile)));
            }
        }
    }
    cases
}

impl Vector {
    fn case(self, profile: Profile) -> Case {
        let json = |raw: Box<RawValue>| Json::parse(raw.get()).unwrap();
        if let Some(request) = self.decide {
            let members = request.get().strip_prefix('{').unwrap();
            return Case::Decide(Json::parse(&format!(r#"{{"v":1,{members}"#)).unwrap());
        }
        let limits = self.limits.map(|LimitsOf { steps, bytes, depth }| Limits {
            steps,
            bytes,
            depth,
        });
        let inputs = Inputs {
            context: self.context.map(json),
            bindings: self.bindings.map(json),
            now: Some(1_772_600_767_089),
            seed: self.seed,
            limits: limits.unwrap_or_default(),
            ..Inputs::default()
        };
        let source = json(self.source.unwrap());
        Case::Evaluate { source, profile, inputs: Box::new(inputs) }
    }
}

/// Everything that the module says.
fn answer(host: &Host, case: &Case) -> String {
    let result = match case {
        Case::Decide(request) => host.decide(request),
        Case::Evaluate { source, profile, inputs } => host
            .compile_json(source, *profile)
            .and_then(|expr| expr.evaluate(inputs))
            .map(|evaluation| format!("{evaluation:?}")),
    };
    match result {
        Err(HostError::Engine(error)) => format!("{} {:?}", error.json(), error.spent),
        other => other.unwrap(),
    }
}

#[test]
fn eight_threads_answer_as_one_does() {
    let cases = cases();
    assert!(cases.len() > 2000, "{} fixtures", cases.len());
    let host = Host::new().unwrap();
    let alone: Vec<String> = cases.iter().map(|case| answer(&host, case)).collect();
    thread::scope(|scope| {
        for n in 0..THREADS {
            let (host, cases, alone) = (&host, &cases, &alone);
            scope.spawn(move || {
                // Each begins elsewhere, so that different cases meet.
                let start = cases.len() / THREADS * n;
                for at in (start..cases.len()).chain(0..start) {
                    assert_eq!(answer(host, &cases[at]), alone[at]);
                }
            });
        }
    });
    let metrics = host.metrics();
    let left = metrics.instances_created - metrics.instances_dropped;
    assert!(left <= Settings::default().idle_instances as u64, "{metrics:?}");
    assert_eq!(metrics.errors_of("host"), 0);
}

/// What a tenant may send, and what it must get.
struct Load {
    source: &'static str,
    limits: Limits,
    deadline: Option<Duration>,
    wanted: Wanted,
}

#[derive(Clone, Copy)]
enum Wanted {
    Value(&'static str),
    Code(&'static str),
    Deadline,
}

const NONE: Limits = Limits { steps: None, bytes: None, depth: None };
const WIDE: Limits = Limits { steps: Some(1 << 52), bytes: Some(1 << 52), depth: None };
const LONG: Option<Duration> = Some(Duration::from_secs(600));
const SHORT: Option<Duration> = Some(Duration::from_millis(3));
/// How much later a deadline may be noticed on a machine that does other work as well.
const SLACK: Duration = Duration::from_millis(500);
/// Names how many seconds the mixed load runs, to run it longer than tests do.
const SECONDS: &str = "MIXED_LOAD_SECONDS";
const DEFAULT_SECONDS: u64 = 20;

const LOADS: [Load; 8] = [
    Load {
        source: "$sum([1..2000].($ * 2))",
        limits: NONE,
        deadline: None,
        wanted: Wanted::Value("4002000"),
    },
    Load {
        source: "$sum([1..2000].($ * 2))",
        limits: NONE,
        deadline: LONG,
        wanted: Wanted::Value("4002000"),
    },
    Load {
        source: "1 + 'a'",
        limits: NONE,
        deadline: None,
        wanted: Wanted::Code("T2002"),
    },
    Load { source: "1 +", limits: NONE, deadline: None, wanted: Wanted::Code("S0207") },
    Load {
        source: "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a*)*b/)",
        limits: Limits { steps: Some(100_000), ..NONE },
        deadline: LONG,
        wanted: Wanted::Value("undefined"),
    },
    Load {
        source: "($f := function($n){1 + $f($n)}; $f(1))",
        limits: NONE,
        deadline: None,
        wanted: Wanted::Code("R0003"),
    },
    Load {
        source: "$map([1..100000], function($v){[1..1000]})",
        limits: Limits { steps: Some(50_000), ..NONE },
        deadline: None,
        wanted: Wanted::Code("R0001"),
    },
    Load {
        source: "($f := function($n){$n > 0 ? $f($n - 1) : 0}; $f(100000000))",
        limits: WIDE,
        deadline: SHORT,
        wanted: Wanted::Deadline,
    },
];

impl Load {
    fn run(&self, host: &Host) {
        let inputs = Inputs { limits: self.limits, ..Inputs::default() };
        let started = Instant::now();
        let result = host.compile(self.source, Profile::Jsonata).and_then(|expr| {
            match self.deadline {
                None => expr.evaluate(&inputs),
                Some(time) => expr.evaluate_within(&inputs, time),
            }
        });
        let took = started.elapsed();
        let late = self.deadline.is_some_and(|time| took.saturating_sub(time) > SLACK);
        assert!(!late, "{} took {took:?}", self.source);
        match (self.wanted, result) {
            (Wanted::Value(wanted), Ok(got)) => {
                assert_eq!(got.json.as_deref().unwrap_or("undefined"), wanted);
            }
            (Wanted::Code(wanted), Err(HostError::Engine(got))) => {
                assert_eq!(got.code, wanted, "{}", self.source);
            }
            (Wanted::Deadline, Err(HostError::Deadline)) => {}
            (_, got) => panic!("{}: {got:?}", self.source),
        }
    }
}

#[test]
fn a_mixed_load_gets_right_answers_only() {
    let settings = Settings { idle_instances: 4, ..Settings::default() };
    let host = Host::with_settings(settings).unwrap();
    // Machine code for deadlines is compiled before the clock runs.
    LOADS[1].run(&host);
    let seconds = env::var(SECONDS).map_or(DEFAULT_SECONDS, |it| it.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(seconds);
    let rounds = AtomicUsize::new(0);
    thread::scope(|scope| {
        for n in 0..THREADS {
            let (host, rounds) = (&host, &rounds);
            scope.spawn(move || {
                for load in LOADS.iter().cycle().skip(n) {
                    if Instant::now() >= until {
                        break;
                    }
                    load.run(host);
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let metrics = host.metrics();
    let rounds = rounds.into_inner();
    println!("{rounds} requests in {seconds} s: {metrics:?}");
    assert!(rounds > LOADS.len() * THREADS, "{metrics:?}");
    // Four wait at most in each of the two kinds, and what a deadline stopped is gone.
    let left = metrics.instances_created - metrics.instances_dropped;
    assert!(left <= 8, "{metrics:?}");
    assert!(metrics.instances_dropped >= metrics.errors_of("host"), "{metrics:?}");
    for class in ["syntax", "evaluation", "budget", "host"] {
        assert!(metrics.errors_of(class) > 0, "{class}: {metrics:?}");
    }
    for load in &LOADS {
        load.run(&host);
    }
}
