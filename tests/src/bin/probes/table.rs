//! The hostile inputs.

use expr_tests::json::Json;
use expr_tests::subject::{Request, Rounds};

/// An expression that wants too much, and what it is evaluated over.
pub(crate) struct Probe {
    pub(crate) name: String,
    source: String,
    context: Option<String>,
    /// In place of a context, a live object of tests/node/live.mjs.
    live: Option<&'static str>,
    /// Whether each host has a reader of its own that refuses it, with an error of its own.
    refused: bool,
}

impl Probe {
    fn new(name: &str, source: impl Into<String>) -> Probe {
        Probe {
            name: name.to_owned(),
            source: source.into(),
            context: None,
            live: None,
            refused: false,
        }
    }

    fn over(self, context: impl Into<String>) -> Probe {
        Probe { context: Some(context.into()), ..self }
    }

    fn over_live(self, name: &'static str) -> Probe {
        Probe { live: Some(name), ..self }
    }

    fn refused(self) -> Probe {
        Probe { refused: true, ..self }
    }

    /// Whether every host must refuse it, each with an error of its own.
    pub(crate) fn is_refused(&self) -> bool {
        self.refused
    }

    /// Live objects are JavaScript's.
    pub(crate) fn runs_on(&self, host: &str) -> bool {
        self.live.is_none() || matches!(host, "node" | "sandbox")
    }

    /// The whole language, since the contract would refuse most of these unseen.
    pub(crate) fn request(&self, now: i64) -> Request {
        Request {
            source: Json::text(&self.source).to_canonical(),
            profile: "jsonata",
            context: self.context.clone(),
            now: Some(now),
            seed: Some(1),
            rounds: Rounds::Once,
            live: self.live,
            ..Request::default()
        }
    }
}

/// What starts a host.
pub(crate) fn warm_up(now: i64) -> Request {
    Probe::new("warm up", "1").request(now)
}

/// `before`, then `part` so many times, then `after`.
fn repeated(before: &str, part: &str, count: usize, after: &str) -> String {
    [before, &part.repeat(count), after].concat()
}

/// `{"s": TEXT}` with a text that has `part` so many times, and `after`.
fn text(part: &str, count: usize, after: &str) -> String {
    repeated("{\"s\":\"", part, count, &format!("{after}\"}}"))
}

/// `open` so many times, a one, `close` as often.
fn nested(open: &str, close: &str, count: usize) -> String {
    repeated("", open, count, &repeated("1", close, count, ""))
}

/// Grows a tree whose leaves are shared: two to the power of `$n` of them.
const GROW: &str = "$grow := function($tree, $n) \
    {$n = 0 ? $tree : $grow([[$tree], [$tree]], $n - 1)}";

/// Two texts of 4 MB that differ in nothing.
const LONG: &str = "$a := $pad('', 4000000, 'x'); $b := 'x' & $pad('', 3999999, 'x')";

pub(crate) fn probes() -> Vec<Probe> {
    let mut probes = sources();
    probes.extend(loops());
    probes.extend(texts());
    probes.extend(collections());
    probes.extend(documents());
    probes
}

/// Sources that are large or deep.
fn sources() -> Vec<Probe> {
    let many = 100_000;
    vec![
        Probe::new("nested parentheses", nested("(", ")", many)),
        Probe::new("nested brackets", nested("[", "]", many)),
        Probe::new("path steps", repeated("a", ".a", many, "")),
        Probe::new("unary minus", repeated("", "-", many, "1")),
        Probe::new("partial holes", repeated("$f(?", ",?", many, ")")),
        Probe::new("parents that climb", {
            repeated("a", ".a", many, &".%".repeat(many))
        }),
        Probe::new("source of 10 MB", repeated("'", "x", 10_000_000, "'")),
        Probe::new("1950 parentheses", nested("(", ")", 1950)),
        Probe::new("3000 operators", repeated("1", "+1", 3000, "")),
        Probe::new("5000 path steps", repeated("a", ".a", 5000, "")).over("{\"a\":1}"),
        Probe::new("number out of range", "1e309"),
    ]
}

/// Loops and recursion without an end, or with one far away.
fn loops() -> Vec<Probe> {
    vec![
        Probe::new("recursion without end", "($f := function($x) {1 + $f($x)}; $f(1))"),
        Probe::new("tail loop without end", "($f := function($x) {$f($x)}; $f(1))"),
        Probe::new(
            "mutual recursion",
            "($f := function($x) {1 + $g($x)}; $g := function($x) {1 + $f($x)}; $f(1))",
        ),
        Probe::new(
            "recursion of 1000 levels",
            "($f := function($x) {$x = 0 ? 0 : 1 + $f($x - 1)}; $f(1000))",
        ),
        Probe::new("range of 10^7", "[1..10000000]"),
        Probe::new("map over 10^7", "$map([1..10000000], function($x) {$x})"),
        Probe::new("$eval in $eval", "($f := function($n) {$eval('$f($n + 1)')}; $f(1))"),
        Probe::new("$eval of deep text", "$eval($pad('', 100000, '('))"),
        Probe::new(
            "$eval of growing text",
            "($f := function($s) {$eval('$f($s & $s)')}; $f('a'))",
        ),
        Probe::new(
            "equality of 2^26 leaves",
            format!("({GROW}; $grow(1, 26) = $grow(1, 26))"),
        ),
        Probe::new(
            "equality of 2^40 leaves",
            format!("({GROW}; $grow(1, 40) = $grow(1, 40))"),
        ),
        Probe::new("output of 2^26 leaves", format!("({GROW}; $grow(1, 26))")),
        Probe::new("output of 2^40 leaves", format!("({GROW}; $grow(1, 40))")),
        Probe::new("string of 2^40 leaves", format!("({GROW}; $string($grow(1, 40)))")),
    ]
}

/// Text: patterns, pictures, growth.
fn texts() -> Vec<Probe> {
    let picture = |call: &str, unit: &str, count: usize| {
        call.replace("PICTURE", &format!("$pad('', {count}, '{unit}')"))
    };
    vec![
        Probe::new("regex (a+)+$", "$match(s, /(a+)+$/)").over(text("a", 5000, "b")),
        Probe::new("regex (a|a)*b", "$match(s, /(a|a)*b/)").over(text("a", 5000, "")),
        Probe::new("regex (.*)*x", "$match(s, /(.*)*x/)").over(text("a", 5000, "")),
        Probe::new("regex (a+)+$ on 10^6", "$match(s, /(a+)+$/)")
            .over(text("a", 1_000_000, "b")),
        Probe::new("regex (.*)*x on 10^6", "$match(s, /(.*)*x/)")
            .over(text("a", 1_000_000, "")),
        Probe::new("regex (a*)*\\1b", "$match(s, /(a*)*\\1b/)").over(text("a", 5000, "")),
        Probe::new("$pad to 10^9", "$pad('', 1e9)"),
        Probe::new(
            "doubling a string",
            "($f := function($s, $n) {$n = 0 ? $s : $f($s & $s, $n - 1)}; $length($f('a', 40)))",
        ),
        Probe::new("number picture", picture("$formatNumber(1, PICTURE)", "0", 100_000)),
        Probe::new(
            "integer picture",
            picture("$formatInteger(1, PICTURE)", "#", 100_000),
        ),
        Probe::new("date picture", picture("$fromMillis(1, PICTURE)", "[Y]", 100_000)),
        Probe::new("parsing picture", picture("$toMillis('1', PICTURE)", "[Y]", 100_000)),
        Probe::new("words of 10^300", "$formatInteger(1e300, 'w')"),
        Probe::new("Roman 10^9", "$formatInteger(1e9, 'I')"),
        Probe::new("string of 10 MB", "$length(s)").over(text("x", 10_000_000, "")),
        Probe::new("string of 10 MB out", "s").over(text("x", 10_000_000, "")),
        Probe::new("$split of 10 MB", "$count($split(s, ''))")
            .over(text("x", 10_000_000, "")),
        Probe::new("$join of 10 MB", "$length($join($split(s, 'x'), 'yy'))")
            .over(text("x", 10_000_000, "")),
        Probe::new("$replace that grows", {
            "$length($replace($pad('', 100000, 'a'), 'a', $pad('', 1000, 'b')))"
        }),
        Probe::new("$uppercase of 10^7", "$length($uppercase($pad('', 10000000, 'ß')))"),
        Probe::new("equality of long texts", {
            format!("({LONG}; $count([1..300000][$a = $b]))")
        }),
        Probe::new("long text in a list", {
            format!("({LONG}; $list := [1..1000].($a); $count([1..1000][$b in $list]))")
        }),
        Probe::new("order of long texts", {
            format!("({LONG}; $count([1..30000].($ % 2 = 0 ? $a : $b)^($)))")
        }),
        Probe::new("many long pads", "$count([1..3000].$pad('', 1000000, 'x'))"),
    ]
}

/// Arrays and objects.
fn collections() -> Vec<Probe> {
    vec![
        Probe::new("sort of 10^6 sorted", "$count([1..1000000]^($))"),
        Probe::new("sort of 10^6 reversed", "$count([1..1000000]^(>$))"),
        Probe::new("sort of 10^6", "$count([1..1000000]^(($ * 7919) % 1000003))"),
        Probe::new("$sort of 10^6", "$sort([1..1000000], function($a, $b) {$a > $b})"),
        Probe::new("$sort of 10^5 strings", {
            "$count($sort([1..100000].$string(($ * 7919) % 100003)))"
        }),
        Probe::new("distinct of 10^5", "$count($distinct([1..100000]))"),
        Probe::new("in of 10^5 by 10^5", "($x := [1..100000]; $x[$ in $x])"),
        Probe::new(
            "a thousand ranges",
            "$count($map([1..1000], function($i) {[1..100000]}))",
        ),
        Probe::new("group by 10^5 keys", "[1..100000]{$string($): $}"),
        Probe::new("$merge of 10^5", "$merge([1..100000].{$string($): $})"),
        Probe::new("appending 10^5 times", {
            "$reduce([1..100000], function($a, $b) {$append($a, $b)})"
        }),
        Probe::new("join of 10^3 by 10^3", "a@$x.b@$y.($x.n + $y.n)").over({
            let items = ["{\"n\":1}"; 1000].join(",");
            format!("{{\"a\":[{items}],\"b\":[{items}]}}")
        }),
        Probe::new("parents of 10^4", "[1..10000].{'a': [{'b': 1}]}.a.b.%.b"),
        Probe::new("transform of 10^5", "[1..100000].{'a': $} ~> |$|{'b': a}|"),
        Probe::new("$zip of 10^6", "$zip([1..1000000], [1..1000000])"),
        Probe::new("descendants of descendants", "$count(**.**.**.**)")
            .over(nested("[{\"a\":", "}]", 20)),
    ]
}

/// Contexts that are large, deep or odd.
fn documents() -> Vec<Probe> {
    vec![
        Probe::new("JSON of 10^5 levels", "$").over(nested("[", "]", 100_000)),
        Probe::new("live object of 10^5 levels", "$").over_live("nested"),
        Probe::new("getter without end", "$").over_live("getter"),
        Probe::new("toJSON without end", "$").over_live("toJSON"),
        Probe::new("JSON of 5000 levels", "$").over(nested("[", "]", 5000)),
        Probe::new("descendants of 5000 levels", "$count(**)")
            .over(nested("{\"a\":", "}", 5000)),
        Probe::new("key __proto__", "__proto__.a")
            .over("{\"__proto__\":{\"a\":1},\"constructor\":2}"),
        Probe::new("key constructor", "$keys($)").over("{\"constructor\":2}"),
        Probe::new("writing to __proto__", {
            "($a := {'__proto__': {'b': 1}, 'constructor': 2}; [$a, $a.b, {}.b, $keys($a)])"
        }),
        Probe::new("merging __proto__", "[$merge([$, {'a': 1}]), {}.polluted]")
            .over("{\"__proto__\":{\"polluted\":true}}"),
        Probe::new("lone surrogate", "[$length(s), s]").over("{\"s\":\"\\ud800\"}"),
        Probe::new("JSON number out of range", "$").over("{\"a\":1e309}"),
        Probe::new("byte order mark", "$").over("\u{feff}{\"a\":1}").refused(),
        Probe::new("duplicate key", "$").over("{\"a\":1,\"b\":2,\"a\":3}"),
        Probe::new("wide object", "$count($keys($))").over({
            let members: Vec<String> =
                (0..100_000).map(|at| format!("\"k{at}\":{at}")).collect();
            format!("{{{}}}", members.join(","))
        }),
    ]
}
