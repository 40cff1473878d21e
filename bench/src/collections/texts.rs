//! What is asked of texts. This file is compiled twice, over std's names and over ours.

use super::{Text, Vector, push_number, text, text_from, vector};
use crate::probe::Probe;
use crate::random::Random;
use std::fmt::Write;
use std::hint::black_box;

/// Pieces of a text.
const PIECES: u64 = 100_000;
/// How often a text is built in one measurement.
const ROUNDS: u64 = 20;
/// Short pieces, as programs put them together.
const SHORT: [&str; 8] = [
    "a",
    ", ",
    "memory",
    "=",
    "the heap",
    "\n",
    "0123456789",
    "of",
];

/// A number that depends on all bytes.
fn sum(text: &str) -> u64 {
    let fold = |sum: u64, &byte: &u8| sum.rotate_left(1) ^ u64::from(byte);
    text.as_bytes().iter().fold(text.len() as u64, fold)
}

/// Short pieces at the end of a text.
pub fn push_str(probe: &mut Probe) -> u64 {
    let mut checked = 0;
    for _ in 0..ROUNDS {
        probe.start();
        let mut text = text();
        for piece in 0..PIECES {
            text.push_str(black_box(SHORT[(piece % 8) as usize]));
        }
        probe.stop(PIECES);
        checked ^= sum(&text);
    }
    checked
}

/// Characters at the end of a text, one in sixteen not ASCII.
pub fn push_char(probe: &mut Probe) -> u64 {
    let mut checked = 0;
    for _ in 0..ROUNDS {
        probe.start();
        let mut text = text();
        for piece in 0..PIECES {
            let ascii = char::from(b'a' + (piece % 16) as u8);
            text.push(black_box(if piece % 16 == 0 { 'ü' } else { ascii }));
        }
        probe.stop(PIECES);
        checked ^= sum(&text);
    }
    checked
}

/// A line of a report: words, signs, and numbers.
fn line(text: &mut Text, random: &mut Random) {
    let number = random.next();
    text.push_str("heap ");
    text.push_str(SHORT[(number % 8) as usize]);
    text.push(':');
    text.push(' ');
    push_number(text, number >> 40);
    *text += " bytes in ";
    push_number(text, number >> 58);
    *text += " blocks\n";
}

/// A text built of lines.
pub fn build(probe: &mut Probe) -> u64 {
    let mut checked = 0;
    for round in 0..ROUNDS {
        let mut random = Random::new(round);
        probe.start();
        let mut text = text();
        for _ in 0..PIECES / 20 {
            line(&mut text, &mut random);
        }
        probe.stop(PIECES / 20);
        checked ^= sum(&text);
    }
    checked
}

/// Many small texts, built of pieces.
pub fn build_small(probe: &mut Probe) -> u64 {
    let mut checked = 0;
    probe.start();
    for round in 0..PIECES {
        let mut text = text();
        for piece in 0..1 + round % 6 {
            text.push_str(SHORT[((round + piece) % 8) as usize]);
        }
        text.push('.');
        checked += black_box(&text).len() as u64;
    }
    probe.stop(PIECES);
    checked
}

/// `format!` of a word and two numbers.
pub fn format(probe: &mut Probe) -> u64 {
    let mut checked = 0;
    probe.start();
    for round in 0..PIECES {
        let word = SHORT[(round % 8) as usize];
        let text = super::format!("{word}: {round} of {PIECES}");
        checked += black_box(&text).len() as u64;
    }
    probe.stop(PIECES);
    checked
}

/// `write!` of a word and two numbers to a text that grows.
pub fn write(probe: &mut Probe) -> u64 {
    let mut text = text();
    probe.start();
    for round in 0..PIECES {
        let word = SHORT[(round % 8) as usize];
        write!(text, "{word}: {round} of {PIECES}; ").expect("a text takes everything");
    }
    probe.stop(PIECES);
    sum(&text)
}

/// The lines of a file as texts of their own.
pub fn lines(probe: &mut Probe) -> u64 {
    let mut file = text();
    let mut random = Random::new(3);
    for _ in 0..PIECES / 4 {
        line(&mut file, &mut random);
    }
    probe.start();
    let mut lines: Vector<Text> = vector();
    for line in black_box(&file).lines() {
        lines.push(text_from(line));
    }
    probe.stop(lines.len() as u64);
    let longest = lines.iter().map(|line| line.len()).max();
    lines.len() as u64 ^ longest.unwrap_or(0) as u64
}
