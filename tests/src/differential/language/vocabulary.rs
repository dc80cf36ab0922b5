//! The words of random expressions: names, literals, pictures.

/// Fields that contexts have, by what they most often hold.
pub(super) const NUMBERS: &[&str] = &["n", "m"];
pub(super) const TEXTS: &[&str] = &["s", "t"];
pub(super) const TRUTHS: &[&str] = &["flag"];
pub(super) const LISTS: &[&str] = &["nums", "texts", "mix", "grid"];
pub(super) const RECORD_LISTS: &[&str] = &["items", "rows"];
pub(super) const RECORDS: &[&str] = &["o", "p"];
/// Fields of any kind, some with names that need quotes or sort as numbers do.
pub(super) const OTHERS: &[&str] = &[
    "nil",
    "é",
    "`two words`",
    "`1`",
    "`10`",
    "none",
    "`__proto__`",
    "length",
    "constructor",
];

pub(super) const NUMBER_LITERALS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "10",
    "16",
    "36",
    "100",
    "1.5",
    "0.1",
    "0.2",
    "2.5",
    "3.14159",
    "1e3",
    "1E-7",
    "1e21",
    "123456.789",
    "9007199254740993",
    "0.000001",
    "255",
    "1e308",
];

pub(super) const TEXT_LITERALS: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"b\"",
    "'ab'",
    "\"abc\"",
    "\"hello world\"",
    "\"Hello, World\"",
    "\"a,b;c\"",
    "\"  x  y \"",
    "\"é\"",
    "\"e\\u0301\"",
    "\"😀\"",
    "\"\\ud83d\"",
    "\"\\ude00\\ud83d\"",
    "\"\\ud83d\\ude00\"",
    "\"__proto__\"",
    "\"ß\"",
    "\"1\"",
    "\"12.50\"",
    "\"-3\"",
    "\"0x1f\"",
    "\"1e3\"",
    "\"true\"",
    "\"null\"",
    "\"[1,2]\"",
    "\"{}\"",
    "\"a\\nb\\t\\\"c\"",
    "\"%20%C3%A9\"",
    "\"aGVsbG8=\"",
    "\"n\"",
    "\"items\"",
    "\"2026-03-04\"",
    "\"$1\"",
    "\"a.b.c\"",
    "\"http://x.y/?q=ü&z=1\"",
    "'single \"inside\"'",
    "\"\\u2028\"",
    "\"aaaa\"",
    "\"ABC\"",
    "\"-\"",
    "\" \"",
];

pub(super) const REGEXES: &[&str] = &[
    "/a/",
    "/b+/i",
    "/[a-z]+/",
    "/(\\w)(\\d)?/",
    "/\\s+/",
    "/o/",
    "/^h.*d$/i",
    "/l+/",
    "/(a)|(b)/",
    "/./",
    "/x*/",
    "/[/]/",
    "/é|😀/",
    "/(?=b)/",
    "/$/m",
    "/,|;/",
    "/\\d+/",
];

pub(super) const NUMBER_PICTURES: &[&str] = &[
    "\"#,##0.00\"",
    "\"0\"",
    "\"#\"",
    "\"00.0#\"",
    "\"0.0e0\"",
    "\"#0%\"",
    "\"0‰\"",
    "\"#,##0;(#,##0)\"",
    "\"#,#,##0\"",
    "\"x0y\"",
    "\"0,0,00.00,0\"",
    "\"\"",
    "\"#.#.#\"",
    "\"00e00\"",
    "\".00\"",
    "\"##0.0##e0\"",
    "\"#0,\"",
    "\"0#\"",
    "\"%0‰\"",
];

pub(super) const INTEGER_PICTURES: &[&str] = &[
    "\"0\"",
    "\"000\"",
    "\"#,##0\"",
    "\"w\"",
    "\"W\"",
    "\"Ww\"",
    "\"w;o\"",
    "\"I\"",
    "\"i\"",
    "\"A\"",
    "\"a\"",
    "\"1;o\"",
    "\"#:##0\"",
    "\"١\"",
    "\"α\"",
    "\"\"",
    "\"Ww;o\"",
    "\"ab\"",
    "\"#,##0;c\"",
    "\"0,0\"",
];

pub(super) const INTEGER_TEXTS: &[&str] = &[
    "\"12\"",
    "\"XIV\"",
    "\"twenty-one\"",
    "\"one hundred and two\"",
    "\"12th\"",
    "\"ab\"",
    "\"1,234\"",
    "\"mcmxc\"",
    "\"One Million\"",
    "\"third\"",
    "\"x1\"",
    "\"\"",
];

pub(super) const DATE_PICTURES: &[&str] = &[
    "\"[Y0001]-[M01]-[D01]\"",
    "\"[D1o] [MNn] [Y]\"",
    "\"[H01]:[m01]:[s01].[f001]\"",
    "\"[FNn], [D] [MNn,*-3] [Y]\"",
    "\"[h]:[m01] [P]\"",
    "\"[Y]-[M]-[D]T[H]:[m]:[s][Z]\"",
    "\"[W] [w] [d] [X] [x]\"",
    "\"[YI] [MA] [Da]\"",
    "\"[Dw] [DWwo]\"",
    "\"[z] [Z0101t]\"",
    "\"[[x]]\"",
    "\"[Y\"",
    "\"[q]\"",
    "\"[E] [C]\"",
    "\"[Y,2-2]\"",
    "\"[F0] [f]\"",
    "\"\"",
];

pub(super) const DATE_TEXTS: &[&str] = &[
    "\"2026-03-04\"",
    "\"2026-03-04T05:06:07.089Z\"",
    "\"4th March 2026\"",
    "\"12:34:56.789\"",
    "\"2026-3-4T5:6:7+0200\"",
    "\"2026-02-30\"",
    "\"x\"",
    "\"\"",
    "\"2026-03-04T05:06:07+01:00\"",
    "\"11:59 pm\"",
    "\"MMXXVI C d\"",
    "\"2026\"",
];

pub(super) const ZONES: &[&str] =
    &["\"+0200\"", "\"-0530\"", "\"0000\"", "\"x\"", "\"+14:00\""];

pub(super) const MOMENTS: &[&str] = &[
    "0",
    "1772600767089",
    "1e12",
    "-1",
    "951782400000",
    "1.5",
    "8.64e15",
    "253402300799999",
];

/// Texts that `$eval` is given.
pub(super) const SOURCES: &[&str] = &[
    "\"1 + 1\"",
    "\"n\"",
    "\"[1,2]\"",
    "\"$x\"",
    "\"{'a': $}\"",
    "\"1 +\"",
    "\"$sum(nums)\"",
    "\"1 + 'a'\"",
    "\"function($a){$a}\"",
    "\"items.n\"",
    "\"$y := 2\"",
    "\"\"",
];

/// What a damaged source gets in a random place.
pub(super) const DAMAGE: &[&str] = &[
    "(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "..", ":=", "?", "?:", "??", "~>",
    "@", "#", "%", "*", "**", "^", "|", "!", "~", "/", "\"", "'", "`", "\\", "$", "&",
    "<", ">=", "and", " in ", "function", "λ", "/*", "1e999", "$x", "null", "\"\\q\"",
    "@$i", "#$i", "\u{a0}",
];
