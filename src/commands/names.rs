//! Which name did they mean? Few names, short ones: the number of edits decides.

/// Names longer than this are not compared.
const NAME_BYTES_MAX: usize = 24;
/// Shorter words are near to too much: one edit makes any letter of any other.
const WORD_BYTES_MIN: usize = 3;

/// The known name that takes the fewest edits, if a third of the word's letters or fewer need one.
///
/// # Source
/// Levenshtein's distance, by the rows of Wagner and Fischer (1974).
pub(super) fn nearest(
    word: &[u8],
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    let edits = |name: &&'static str| distance(word, name.as_bytes());
    let name = known.into_iter().min_by_key(edits)?;
    // Every option has the dashes.
    let letters = word.iter().skip_while(|&&byte| byte == b'-').count();
    let few = word.len() >= WORD_BYTES_MIN && edits(&name) <= letters.div_ceil(3);
    few.then_some(name)
}

/// How many letters have to be put in, taken out or changed to make `word` of `name`.
fn distance(word: &[u8], name: &[u8]) -> usize {
    if word.len() > NAME_BYTES_MAX || name.len() > NAME_BYTES_MAX {
        return usize::MAX;
    }
    let mut row = [0usize; NAME_BYTES_MAX + 1];
    row.iter_mut()
        .enumerate()
        .for_each(|(index, edits)| *edits = index);
    for (above, &letter) in word.iter().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        row[0] = left;
        for (edits, &other) in row[1..].iter_mut().zip(name) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *edits;
            left = changed.min(left + 1).min(diagonal + 1);
            *edits = left;
        }
    }
    row[name.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn edits_are_counted() {
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"sort", b"sort"), 0);
        assert_eq!(distance(&[b'x'; 30], b"abc"), usize::MAX);
    }

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["replay", "sort", "check", "tour"];
        assert_eq!(nearest(b"repaly", known), Some("replay"));
        assert_eq!(nearest(b"srot", known), Some("sort"));
        assert_eq!(nearest(b"chekc", known), Some("check"));
        assert_eq!(nearest(b"frobnicate", known), None);
        assert_eq!(nearest(b"", known), None);
        assert_eq!(nearest(b"-x", ["-r", "-u"]), None);
        assert_eq!(nearest(b"--hlep", ["--help"]), Some("--help"));
        assert_eq!(nearest(b"--color", ["--plot", "--help"]), None);
    }
}
