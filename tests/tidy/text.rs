//! What is code, what is a comment and what is a string in a Rust file: enough of a lexer to tell.

/// What stays of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Code,
    CodeAndComments,
}

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Code,
    Comment,
    String,
}

/// The text with everything but `keep` turned into blanks; lines and columns stay.
pub(crate) fn blanked(text: &str, keep: Keep) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let in_word = at > 0 && is_word(bytes[at - 1]);
        let (kind, length) = piece(&bytes[at..], in_word);
        let end = (at + length).min(bytes.len());
        let stays = match kind {
            Kind::Code => true,
            Kind::Comment => keep == Keep::CodeAndComments,
            Kind::String => false,
        };
        if !stays {
            let hidden = bytes[at..end].iter_mut().filter(|byte| **byte != b'\n');
            hidden.for_each(|byte| *byte = b' ');
        }
        at = end;
    }
    String::from_utf8(bytes).expect("pieces begin and end at ASCII")
}

/// Whether a byte may stand in a name.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What the text begins with, and how long that is in bytes.
fn piece(rest: &[u8], in_word: bool) -> (Kind, usize) {
    match rest {
        [b'/', b'/', ..] => (Kind::Comment, until(rest, b"\n")),
        [b'/', b'*', ..] => (Kind::Comment, block_comment(rest)),
        [b'"', ..] => (Kind::String, string(rest)),
        [b'r', b'"' | b'#', ..] if !in_word => raw_string(rest, 1),
        [b'b' | b'c', b'r', b'"' | b'#', ..] if !in_word => raw_string(rest, 2),
        [b'\'', b'\\', ..] => (
            Kind::String,
            3 + until(&rest[3.min(rest.len())..], b"'") + 1,
        ),
        [b'\'', first, ..] => {
            let character = match first {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0.. => 4,
            };
            match rest.get(1 + character) {
                Some(b'\'') => (Kind::String, 1 + character + 1),
                // A lifetime.
                _ => (Kind::Code, 1),
            }
        }
        _ => (Kind::Code, 1),
    }
}

/// How many bytes stand in front of `end`.
fn until(rest: &[u8], end: &[u8]) -> usize {
    let found = rest.windows(end.len()).position(|window| window == end);
    found.unwrap_or(rest.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    loop {
        match rest.get(at..at + 2) {
            None => return rest.len(),
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            Some(_) => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A raw string whose marks begin at `prefix`, or a raw name.
fn raw_string(rest: &[u8], prefix: usize) -> (Kind, usize) {
    let marks = rest[prefix..].iter().take_while(|&&b| b == b'#').count();
    if rest.get(prefix + marks) != Some(&b'"') {
        return (Kind::Code, 1);
    }
    let begin = prefix + marks + 1;
    let end = [b"\"".as_slice(), &b"#".repeat(marks)].concat();
    (
        Kind::String,
        begin + until(&rest[begin..], &end) + end.len(),
    )
}

/// `line` without the blanks in front, and what follows `word` in it, if the word stands there as a whole.
pub(crate) fn after_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.match_indices(word).find_map(|(at, _)| {
        let before = at.checked_sub(1).map(|index| line.as_bytes()[index]);
        let after = line.as_bytes().get(at + word.len());
        let whole = !before.is_some_and(is_word) && !after.is_some_and(|&byte| is_word(byte));
        whole.then(|| &line[at + word.len()..])
    })
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let text =
        "let a = \"x // y\"; // z\nb'\\''; 'q'; &'a b; r#\"m\"n\"#; /* o /* p */ q */ r#type";
    let code = "let a =         ;     \nb    ;    ; &'a b;         ;                   r#type";
    assert_eq!(blanked(text, Keep::Code), code);
    let prose = "let a =         ; // z\nb    ;    ; &'a b;         ; /* o /* p */ q */ r#type";
    assert_eq!(blanked(text, Keep::CodeAndComments), prose);
}

#[test]
fn words_are_found_whole() {
    assert_eq!(after_word("my_fn fn one", "fn"), Some(" one"));
    assert_eq!(after_word("my_fn", "fn"), None);
}
