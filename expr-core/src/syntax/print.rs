//! [`Ast`] → source: the same tokens, one space between them.
//!
//! Parentheses are nodes of their own, so nothing has to be put into parentheses, and what
//! is printed parses to the same tree.

use super::ast::{Ast, ExprId, ExprKind};
use super::signature::{Parameter, Repeat, Signature};
use super::token::Operator;
use super::word::Words;
use crate::text::{Wtf8, Wtf8Buf};
use crate::value::{format_number, index};
use alloc::vec::Vec;

/// Prints a tree. Regular expressions, and the word that defines a
/// function, are copied from `source`, of which the tree was made.
pub(super) fn print(ast: &Ast, source: &[u8]) -> Wtf8Buf {
    let mut printer = Printer { ast, source, tasks: Vec::new(), out: Wtf8Buf::default() };
    printer.tasks.extend(ast.root.map(Node));
    while let Some(task) = printer.tasks.pop() {
        match task {
            Node(id) => printer.node(id),
            Word(word) => printer.word(Wtf8::from(word)),
        }
    }
    printer.out
}

/// Something still to be printed.
enum Task {
    Node(ExprId),
    Word(&'static str),
}

use Task::{Node, Word};

struct Printer<'a> {
    ast: &'a Ast,
    source: &'a [u8],
    /// The last comes first.
    tasks: Vec<Task>,
    out: Wtf8Buf,
}

impl Printer<'_> {
    fn word(&mut self, word: Wtf8<'_>) {
        if !self.out.as_wtf8().is_empty() {
            self.out.push_str(" ");
        }
        self.out.push(word);
    }

    fn node(&mut self, id: ExprId) {
        let Some(node) = self.ast.get(id) else { return };
        let planned = self.tasks.len();
        self.plan(&node.kind);
        if node.keep_array {
            self.tasks.extend([Word("["), Word("]")]);
        }
        if let Some(own) = self.tasks.get_mut(planned..) {
            own.reverse();
        }
        match &node.kind {
            ExprKind::Regex(_) => {
                let span = index(node.span.start)..index(node.span.end);
                let literal = self.source.get(span).unwrap_or_default();
                self.word(Wtf8::new(literal));
            }
            ExprKind::Lambda { head: number, .. } => {
                let Some(known) = self.ast.heads.get(index(*number)) else { return };
                let source = self.source.get(index(node.span.start)..);
                let greek = source.is_some_and(|it| it.starts_with("λ".as_bytes()));
                let word = if greek { "λ (" } else { "function (" };
                let mut head = Wtf8Buf::from(word);
                for (parameter, place) in known.parameters.iter().zip(0_u32..) {
                    head.push_str(if place == 0 { " $" } else { " , $" });
                    head.push(self.ast.words.text(*parameter));
                }
                head.push_str(" )");
                if let Some(signature) = &known.signature {
                    push_signature(&mut head, signature);
                }
                self.word(head.as_wtf8());
            }
            kind => {
                if let Some(leaf) = leaf(kind, &self.ast.words) {
                    self.word(leaf.as_wtf8());
                }
            }
        }
    }

    /// Plans what follows the node's own first word.
    fn plan(&mut self, kind: &ExprKind) {
        let (ast, tasks) = (self.ast, &mut self.tasks);
        match kind {
            ExprKind::Negate(operand) => tasks.extend([Word("-"), Node(*operand)]),
            ExprKind::Binary { operator: Operator::OpenBracket, lhs, rhs } => {
                tasks.extend([Node(*lhs), Word("["), Node(*rhs), Word("]")]);
            }
            ExprKind::Binary { operator, lhs, rhs } => {
                tasks.extend([Node(*lhs), Word(operator.as_str()), Node(*rhs)]);
            }
            ExprKind::Elvis { lhs, rhs } => {
                tasks.extend([Node(*lhs), Word("?:"), Node(*rhs)]);
            }
            ExprKind::Coalesce { lhs, rhs } => {
                tasks.extend([Node(*lhs), Word("??"), Node(*rhs)]);
            }
            ExprKind::OrderBy { lhs, terms } => {
                tasks.extend([Node(*lhs), Word("^"), Word("(")]);
                let terms = ast.terms.get(terms.range()).unwrap_or_default();
                for (&(key, descending), place) in terms.iter().zip(0_u32..) {
                    tasks.extend((place > 0).then_some(Word(",")));
                    tasks.push(Word(if descending { ">" } else { "<" }));
                    tasks.push(Node(key));
                }
                tasks.push(Word(")"));
            }
            ExprKind::GroupBy { lhs, pairs } => {
                tasks.push(Node(*lhs));
                plan_pairs(tasks, ast.list(*pairs));
            }
            ExprKind::Object(pairs) => plan_pairs(tasks, ast.list(*pairs)),
            ExprKind::Array(items) => plan_list(tasks, ["[", ",", "]"], ast.list(*items)),
            ExprKind::Block(statements) => {
                plan_list(tasks, ["(", ";", ")"], ast.list(*statements))
            }
            ExprKind::Call { procedure, arguments, .. } => {
                tasks.push(Node(*procedure));
                plan_list(tasks, ["(", ",", ")"], ast.list(*arguments));
            }
            ExprKind::Lambda { body, .. } => {
                tasks.extend([Word("{"), Node(*body), Word("}")]);
            }
            ExprKind::Condition { condition, then, otherwise } => {
                tasks.extend([Node(*condition), Word("?"), Node(*then)]);
                if let Some(otherwise) = *otherwise {
                    tasks.extend([Word(":"), Node(otherwise)]);
                }
            }
            ExprKind::Transform { pattern, update, delete } => {
                tasks.extend([Word("|"), Node(*pattern), Word("|"), Node(*update)]);
                if let Some(delete) = *delete {
                    tasks.extend([Word(","), Node(delete)]);
                }
                tasks.push(Word("|"));
            }
            _ => {}
        }
    }
}

fn plan_list(tasks: &mut Vec<Task>, words: [&'static str; 3], items: &[ExprId]) {
    let [open, comma, close] = words;
    tasks.push(Word(open));
    for (&item, place) in items.iter().zip(0_u32..) {
        tasks.extend((place > 0).then_some(Word(comma)));
        tasks.push(Node(item));
    }
    tasks.push(Word(close));
}

fn plan_pairs(tasks: &mut Vec<Task>, pairs: &[ExprId]) {
    tasks.push(Word("{"));
    for (&part, place) in pairs.iter().zip(0_u32..) {
        let before = if place % 2 == 0 { "," } else { ":" };
        tasks.extend((place > 0).then_some(Word(before)));
        tasks.push(Node(part));
    }
    tasks.push(Word("}"));
}

/// The text of a node that is one token.
fn leaf(kind: &ExprKind, words: &Words) -> Option<Wtf8Buf> {
    Some(match kind {
        ExprKind::Name(name) => name_text(words.text(*name)),
        ExprKind::Variable(name) => {
            let mut text = Wtf8Buf::from("$");
            text.push(words.text(*name));
            text
        }
        ExprKind::String(text) => quoted(words.text(*text)),
        ExprKind::Number(number) => Wtf8Buf::from(format_number(*number).as_str()),
        ExprKind::Bool(value) => Wtf8Buf::from(if *value { "true" } else { "false" }),
        ExprKind::Null => Wtf8Buf::from("null"),
        ExprKind::Placeholder => Wtf8Buf::from("?"),
        ExprKind::Wildcard => Wtf8Buf::from("*"),
        ExprKind::Descendants => Wtf8Buf::from("**"),
        ExprKind::Parent => Wtf8Buf::from("%"),
        _ => return None,
    })
}

/// A name in backticks, which no character but the backtick itself can end. A name that
/// has one was written without.
fn name_text(name: Wtf8<'_>) -> Wtf8Buf {
    if name.bytes().contains(&b'`') {
        return name.to_owned();
    }
    let mut text = Wtf8Buf::from("`");
    text.push(name);
    text.push_str("`");
    text
}

fn quoted(text: Wtf8<'_>) -> Wtf8Buf {
    let mut out = Wtf8Buf::from("\"");
    for code_point in text.code_points() {
        if matches!(code_point, 0x22 | 0x5C) {
            out.push_str("\\");
        }
        out.push_code_point(code_point);
    }
    out.push_str("\"");
    out
}

/// A signature with letters that mean the same; results, which nothing checks, are gone.
fn push_signature(out: &mut Wtf8Buf, signature: &Signature) {
    out.push_str(" <");
    for parameter in &signature.parameters {
        push_parameter(out, parameter);
    }
    out.push_str(">");
}

fn push_parameter(out: &mut Wtf8Buf, parameter: &Parameter) {
    let (before, after) = quantifiers(parameter);
    out.push_str(before);
    let letters = b"asnblfo";
    let mut known = letters.iter().filter(|&&letter| parameter.kinds.has(letter));
    let missing = parameter.kinds.has(b'm');
    match (parameter.is_generic(), parameter.array, known.next(), known.next()) {
        (true, true, ..) => out.push_str("a"),
        (true, false, ..) => out.push_str("f"),
        (_, _, Some(&letter), None) if missing && !matches!(letter, b'a' | b'f') => {
            out.push_code_point(u32::from(letter));
        }
        _ => {
            out.push_str("(");
            for &letter in letters.iter().filter(|&&it| parameter.kinds.has(it)) {
                out.push_code_point(u32::from(letter));
            }
            out.push_str(")");
        }
    }
    if let Some(items) = &parameter.items {
        out.push_str("<");
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"()<>-?+".contains(byte);
        if items.iter().all(plain) {
            out.push(Wtf8::new(items));
        } else {
            // A text is as good as any other token here.
            out.push(quoted(Wtf8::new(items)).as_wtf8());
        }
        out.push_str(">");
    }
    out.push_str(after);
}

/// What stands before a letter and after it. Only a first parameter has a context that what
/// stands after it cannot tell.
fn quantifiers(parameter: &Parameter) -> (&'static str, &'static str) {
    let Parameter { repeat, lazy, .. } = *parameter;
    let own = parameter.context == Some(parameter.kinds);
    let any = parameter.takes_any_context();
    match (repeat, lazy) {
        (Repeat::Optional, false) if own => return ("", "-"),
        (Repeat::Optional, true) if own => return ("", "-?"),
        (Repeat::Many, true) if own => return ("", "+-"),
        (Repeat::Optional, true) if any => return ("", "?-"),
        _ => {}
    }
    let before = match (parameter.context, any) {
        (None, _) => "",
        (Some(_), true) => "-",
        (Some(_), false) => "?-",
    };
    let after = match (repeat, lazy) {
        (Repeat::Once, _) => "",
        (Repeat::Optional, false) => "?",
        (Repeat::Optional, true) => "??",
        (Repeat::Many, false) => "+",
        (Repeat::Many, true) => "+?",
    };
    (before, after)
}
