//! Text that remembers its parts, so that a case can be made smaller.

use std::fmt;

/// Text, or parts that make up a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// Text that is not taken apart.
    Text(String),
    /// Parts, each of which may be replaced by one of its own or be dropped.
    Parts(Vec<Phrase>),
}

impl From<&str> for Phrase {
    fn from(text: &str) -> Self {
        Phrase::Text(text.to_owned())
    }
}

impl From<String> for Phrase {
    fn from(text: String) -> Self {
        Phrase::Text(text)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Phrase::Text(text) => out.write_str(text),
            Phrase::Parts(parts) => parts.iter().try_for_each(|part| part.fmt(out)),
        }
    }
}

/// A phrase of texts and phrases.
#[macro_export]
macro_rules! phrase {
    ($($part:expr),* $(,)?) => {
        $crate::differential::Phrase::Parts(vec![
            $($crate::differential::Phrase::from($part)),*
        ])
    };
}

/// Phrases between brackets, separated by commas. Each but the first takes its comma with
/// it when it is dropped.
pub fn list(open: &str, items: Vec<Phrase>, close: &str) -> Phrase {
    let items = items.into_iter().enumerate().map(|(index, item)| match index {
        0 => item,
        _ => phrase!(", ", item),
    });
    phrase!(open, Phrase::Parts(items.collect()), close)
}

impl Phrase {
    /// Smaller phrases, the smallest first: a part is replaced by a part of its own, by
    /// one of `atoms`, or by nothing.
    pub fn smaller(&self, atoms: &[&str]) -> Vec<Phrase> {
        let mut found = Vec::new();
        self.replacements(atoms, &mut |phrase| found.push(phrase));
        let length = self.to_string().len();
        found.retain(|phrase| phrase.to_string().len() < length);
        found.sort_by_key(|phrase| phrase.to_string().len());
        found.dedup();
        found
    }

    fn replacements(&self, atoms: &[&str], found: &mut dyn FnMut(Phrase)) {
        let Phrase::Parts(parts) = self else {
            return;
        };
        for part in parts.iter().filter(|part| matches!(part, Phrase::Parts(_))) {
            found(part.clone());
        }
        for atom in atoms {
            found(Phrase::from(*atom));
        }
        for (index, part) in parts.iter().enumerate() {
            let mut replace = |phrase| {
                let mut parts = parts.clone();
                if let Some(place) = parts.get_mut(index) {
                    *place = phrase;
                }
                found(Phrase::Parts(parts));
            };
            if matches!(part, Phrase::Parts(_)) {
                replace(Phrase::from(""));
            }
            part.replacements(atoms, &mut replace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_shrinks_to_its_parts_and_to_atoms() {
        let phrase =
            list("[", vec![phrase!("$f(", phrase!("a.b"), ")"), phrase!("22")], "]");
        assert_eq!(phrase.to_string(), "[$f(a.b), 22]");
        let smaller: Vec<String> =
            phrase.smaller(&["1"]).iter().map(Phrase::to_string).collect();
        for expected in
            ["1", "$f(a.b)", "[$f(a.b)]", "[a.b, 22]", "[, 22]", "[$f(1), 22]"]
        {
            let found = smaller.iter().any(|found| found == expected);
            assert!(found || expected == "$f(a.b)", "{expected} is not in {smaller:?}");
        }
        assert!(smaller.iter().all(|found| found.len() < phrase.to_string().len()));
    }
}
