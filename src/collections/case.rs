//! Upper and lower case after the rules of Unicode.
//!
//! A character becomes what `char` says, with one exception: a capital sigma at the end of a word becomes
//! the final small sigma. Where a word ends depends on the letters around, past everything that is
//! *case-ignorable*: accents, apostrophes, marks. `core` keeps that property to itself, so a table of it
//! stands here; the test asks std about every character.

use super::error::TryReserveError;
use super::string::String;

/// A copy in lower case.
pub(super) fn try_to_lowercase(text: &str) -> Result<String, TryReserveError> {
    let mut lower = String::try_with_capacity(text.len())?;
    for (index, character) in text.char_indices() {
        match character {
            'Σ' => lower.try_push(small_sigma(text, index))?,
            character if character.is_ascii() => {
                lower.try_push(character.to_ascii_lowercase())?;
            }
            character => lower.try_extend(character.to_lowercase())?,
        }
    }
    Ok(lower)
}

/// A copy in upper case.
pub(super) fn try_to_uppercase(text: &str) -> Result<String, TryReserveError> {
    let mut upper = String::try_with_capacity(text.len())?;
    for character in text.chars() {
        if character.is_ascii() {
            upper.try_push(character.to_ascii_uppercase())?;
        } else {
            upper.try_extend(character.to_uppercase())?;
        }
    }
    Ok(upper)
}

/// What the capital sigma at `index` becomes: the final one behind a letter and before none.
fn small_sigma(text: &str, index: usize) -> char {
    let (before, after) = text.split_at(index);
    let letter_before = next_is_letter(before.chars().rev());
    let letter_after = next_is_letter(after.chars().skip(1));
    if letter_before && !letter_after {
        'ς'
    } else {
        'σ'
    }
}

/// Whether the first character that is not ignored has a case.
fn next_is_letter(mut characters: impl Iterator<Item = char>) -> bool {
    characters
        .find(|&character| !is_case_ignorable(character))
        .is_some_and(is_cased)
}

/// Upper, lower, or title case, which differs from both.
fn is_cased(character: char) -> bool {
    character.is_lowercase()
        || character.is_uppercase()
        || (!character.to_lowercase().eq([character]) && !character.to_uppercase().eq([character]))
}

/// Whether a character lies in one of the ranges of [`CASE_IGNORABLE`].
fn is_case_ignorable(character: char) -> bool {
    let mut bytes = CASE_IGNORABLE.iter();
    let mut number = || {
        let mut value = 0_u32;
        let mut shift = 0;
        for &byte in bytes.by_ref() {
            value |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    };
    let mut end = 0;
    while let (Some(gap), Some(length)) = (number(), number()) {
        let start = end + gap;
        end = start + length;
        if u32::from(character) < end {
            return u32::from(character) >= start;
        }
    }
    false
}

/// The case-ignorable characters of Unicode 17 as pairs: how many are not, how many are; numbers in groups of
/// seven bits, the lowest first, the high bit where more follow. Found by asking std's `to_lowercase`.
#[rustfmt::skip]
const CASE_IGNORABLE: [u8; 987] = [
    39, 1, 6, 1, 11, 1, 35, 1, 1, 1, 71, 1, 4, 1, 1, 1, 4, 1, 2, 2, 247, 3, 192, 1,
    4, 2, 4, 1, 9, 2, 1, 1, 251, 1, 7, 207, 1, 1, 5, 1, 49, 45, 1, 1, 1, 2, 1, 2,
    1, 1, 44, 1, 11, 6, 10, 11, 1, 1, 35, 1, 10, 21, 16, 1, 101, 8, 1, 10, 1, 4, 33, 1,
    1, 1, 30, 27, 91, 11, 58, 11, 4, 1, 2, 1, 24, 24, 43, 3, 44, 1, 7, 2, 5, 9, 41, 58,
    55, 1, 1, 1, 4, 8, 4, 1, 3, 7, 10, 2, 13, 1, 15, 1, 58, 1, 4, 4, 8, 1, 20, 2,
    26, 1, 2, 2, 57, 1, 4, 2, 4, 2, 2, 3, 3, 1, 30, 2, 3, 1, 11, 2, 57, 1, 4, 5,
    1, 2, 4, 1, 20, 2, 22, 6, 1, 1, 58, 1, 2, 1, 1, 4, 8, 1, 7, 2, 11, 2, 30, 1,
    61, 1, 12, 1, 50, 1, 3, 1, 55, 1, 1, 3, 5, 3, 1, 4, 7, 2, 11, 2, 29, 1, 58, 1,
    2, 1, 6, 1, 5, 2, 20, 2, 28, 2, 57, 2, 4, 4, 8, 1, 20, 2, 29, 1, 72, 1, 7, 3,
    1, 1, 90, 1, 2, 7, 11, 9, 98, 1, 2, 9, 9, 1, 1, 7, 73, 2, 27, 1, 1, 1, 1, 1,
    55, 14, 1, 5, 1, 2, 5, 11, 1, 36, 9, 1, 102, 4, 1, 6, 1, 2, 2, 2, 25, 2, 4, 3,
    16, 4, 13, 1, 2, 2, 6, 1, 15, 1, 94, 1, 224, 4, 3, 178, 7, 3, 29, 2, 30, 2, 30, 2,
    64, 2, 1, 7, 8, 1, 2, 11, 3, 1, 5, 1, 45, 5, 51, 1, 65, 2, 34, 1, 118, 3, 4, 2,
    9, 1, 6, 3, 219, 1, 2, 2, 1, 58, 1, 1, 7, 1, 1, 1, 1, 2, 8, 6, 10, 2, 1, 39,
    1, 8, 46, 2, 12, 20, 4, 48, 1, 1, 5, 1, 1, 5, 1, 40, 9, 12, 2, 32, 4, 2, 2, 1,
    3, 56, 1, 1, 2, 3, 1, 1, 3, 58, 8, 2, 2, 64, 6, 82, 3, 1, 13, 1, 7, 4, 1, 6,
    1, 3, 2, 50, 63, 13, 1, 34, 101, 189, 3, 1, 1, 3, 11, 3, 13, 3, 13, 3, 13, 2, 12, 5,
    8, 2, 10, 1, 2, 1, 2, 5, 49, 5, 1, 10, 1, 1, 13, 1, 16, 13, 51, 33, 139, 23, 2, 113,
    3, 125, 1, 15, 1, 96, 32, 47, 1, 213, 3, 1, 36, 4, 3, 5, 5, 1, 93, 6, 93, 3, 150, 222,
    1, 1, 226, 9, 6, 142, 2, 1, 98, 4, 1, 10, 1, 1, 28, 4, 80, 2, 14, 34, 78, 1, 23, 3,
    102, 4, 3, 2, 8, 1, 3, 1, 4, 1, 25, 2, 5, 1, 151, 1, 2, 26, 18, 13, 1, 38, 8, 25,
    11, 46, 3, 48, 1, 2, 4, 2, 2, 17, 1, 21, 2, 66, 6, 2, 2, 2, 2, 12, 1, 8, 1, 35,
    1, 11, 1, 51, 1, 1, 3, 2, 2, 5, 2, 1, 1, 27, 1, 14, 2, 5, 2, 1, 1, 100, 5, 9,
    3, 121, 1, 2, 1, 4, 1, 176, 158, 1, 1, 147, 1, 17, 189, 4, 16, 3, 1, 12, 16, 34, 1, 2,
    1, 169, 1, 1, 7, 1, 6, 1, 11, 1, 35, 1, 1, 1, 47, 1, 45, 2, 67, 1, 21, 3, 129, 4,
    1, 226, 1, 1, 149, 1, 5, 133, 8, 6, 1, 42, 1, 9, 198, 4, 3, 1, 2, 5, 4, 40, 3, 4,
    1, 165, 1, 2, 189, 4, 4, 38, 1, 26, 5, 1, 1, 187, 2, 2, 24, 1, 52, 6, 70, 11, 49, 4,
    123, 1, 54, 15, 41, 1, 2, 2, 10, 3, 49, 4, 2, 2, 2, 1, 4, 1, 10, 1, 50, 3, 36, 5,
    1, 8, 62, 1, 12, 2, 52, 9, 10, 4, 2, 1, 95, 3, 2, 1, 1, 2, 6, 1, 2, 1, 157, 1,
    1, 3, 8, 21, 2, 57, 2, 3, 1, 37, 7, 3, 5, 70, 6, 13, 1, 1, 1, 1, 1, 14, 2, 85,
    8, 2, 3, 1, 1, 23, 1, 84, 6, 1, 1, 4, 2, 1, 2, 238, 1, 4, 6, 2, 1, 2, 27, 2,
    85, 8, 2, 1, 1, 2, 106, 1, 1, 1, 2, 6, 1, 1, 101, 1, 1, 1, 2, 4, 1, 5, 131, 2,
    9, 1, 2, 128, 2, 2, 1, 1, 4, 1, 144, 1, 4, 2, 2, 4, 1, 32, 10, 40, 6, 2, 4, 8,
    1, 9, 6, 2, 3, 46, 13, 1, 2, 198, 1, 1, 1, 3, 1, 1, 201, 1, 7, 1, 6, 1, 1, 82,
    22, 2, 7, 1, 2, 1, 2, 122, 6, 3, 1, 1, 2, 1, 7, 1, 1, 72, 2, 3, 1, 1, 1, 65,
    1, 153, 2, 2, 11, 2, 52, 5, 5, 1, 1, 1, 23, 1, 213, 41, 17, 6, 15, 200, 89, 12, 3, 3,
    192, 19, 5, 59, 7, 9, 4, 252, 3, 3, 40, 2, 226, 3, 1, 63, 17, 64, 2, 1, 2, 13, 2, 252,
    127, 4, 1, 7, 1, 2, 158, 25, 2, 1, 4, 220, 36, 46, 2, 23, 160, 4, 3, 9, 16, 2, 7, 30,
    4, 148, 1, 3, 187, 15, 55, 4, 50, 8, 1, 14, 1, 22, 5, 1, 15, 208, 10, 7, 1, 17, 2, 7,
    1, 2, 1, 5, 5, 62, 33, 1, 160, 1, 14, 240, 2, 1, 61, 4, 251, 3, 5, 254, 1, 2, 243, 1,
    1, 2, 1, 7, 2, 5, 1, 9, 1, 208, 3, 7, 109, 8, 175, 21, 5, 129, 152, 48, 1, 30, 96, 128,
    1, 240, 1,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String as StdString;

    #[test]
    fn every_character_has_the_case_that_std_says() {
        let mut text = StdString::new();
        // Planes without a letter or a mark are left out.
        for character in ('\0'..'\u{20000}').chain('\u{e0000}'..'\u{e0200}') {
            text.clear();
            // Before a sigma, behind one, and between two letters.
            text.extend([
                'A', 'Σ', character, ' ', character, 'Σ', ' ', 'A', 'Σ', character, 'A',
            ]);
            assert_eq!(
                try_to_lowercase(&text).unwrap().as_str(),
                text.to_lowercase(),
                "{character:?}"
            );
            text.clear();
            text.push(character);
            assert_eq!(
                try_to_uppercase(&text).unwrap().as_str(),
                text.to_uppercase()
            );
        }
    }
}
