//! `nostd-alloc replay`: a recording through every kind of heap, and which one fits it.

mod pictures;
mod progress;
mod verdict;
mod wish;

use super::{Command, Opened, Said, Words, finish, write_error};
use crate::collections::Vec;
use crate::heap::Row;
use crate::io::{Draft, Stdout};
use crate::lab::details::{write_details, write_smallest};
use crate::lab::json::write_json;
use crate::lab::picture::Camera;
use crate::lab::saved::{SaveError, SavedAs, save};
use crate::lab::score::{Budget, STEPS_MAX, Score, score, sort};
use crate::lab::smallest::smallest;
use crate::lab::survey::{Survey, survey};
use crate::lab::table::{write_fits, write_recording, write_scores};
use crate::lab::timing::time;
use crate::lab::trace::{Error, Recording};
use crate::memory::Unreserved;
use crate::start::ExitCode;
use core::fmt;
use progress::Progress;
use verdict::{complete, failed, heap_bytes_max, verdict};
use wish::Wish;

/// The command.
pub(super) const COMMAND: Command = Command {
    name: "replay",
    summary: "replay a recording through every kind of heap, and compare them",
    usage: USAGE,
    run,
};

const USAGE: &str = "\
usage: nostd-alloc replay [OPTION]... [FILE|-]

Replays a recording of a program's allocations through every kind of heap, on
real memory with every payload checked, and shows which one fits.

  --strategy LIST   only these, separated by commas
  --heap SIZE       does it fit? each heap gets at most SIZE bytes (65536, 64K,
                    2M); exit status 1 if one of them does not fit
  --min             the smallest heap in which each of them completes FILE
  --details         where the memory goes, and the worst single operation
  --time            nanoseconds for an operation, payloads not looked at
  --map             the heaps as characters, when most is live
  --svg PICTURE     what lives where and when, as a picture for a browser
  --plot PICTURE    bytes live and held over time, likewise
  --json            all of it as one JSON object
  --save TRACE      write FILE again as text, or as .rep if TRACE is called so

FILE is text (a ID SIZE ALIGN, z ID SIZE ALIGN, r ID SIZE, f ID), a malloc-lab
trace (.rep), or a log of glibc's mtrace(), of ltrace -e malloc+calloc+realloc+
free+strdup, or of valgrind --trace-malloc=yes; the format is found out. Without a
FILE, or with -, standard input is read: zstd -dc FILE.zst | nostd-alloc replay -

footprint  the most bytes that the heap held from the kernel at once
util       the most bytes live at once, of the footprint
steps/op   free blocks looked at for each operation
";

/// What the passes over a recording have shown.
struct Shown {
    scores: Vec<Score, Unreserved>,
    cameras: Vec<Camera, Unreserved>,
}

fn run(mut words: Words) -> Result<ExitCode, Said> {
    let wish = Wish::read(&mut words)?;
    let mut input = Opened::open(wish.file, &words)?;
    let name = input.name;
    let mut recording = Recording::of(&mut input);
    let survey = survey(&mut recording).map_err(|error| failed(name, error))?;
    if let Some(path) = wish.save {
        save_recording(&mut recording, &survey, path, name)?;
    }
    let budget = Budget {
        heap_bytes_max: heap_bytes_max(&wish, &survey)?,
        steps_max: STEPS_MAX,
    };
    let shown = replay_all(&wish, &mut recording, &survey, &budget);
    let mut shown = shown.map_err(|error| failed(name, error))?;
    pictures::write_files(&wish, name, &survey, &shown.cameras)?;
    let code = verdict(&wish, &shown.scores);
    let mut out = Stdout::new();
    match write_all(&mut out, &wish, name, &survey, &mut shown) {
        Ok(()) => finish(out, code)?,
        // The error itself is remembered by the writer.
        Err(fmt::Error) => out.finish().map(|()| code).map_err(write_error)?,
    };
    match wish.heap_bytes {
        Some(_) => Ok(code),
        None => complete(&shown.scores).map(|()| code),
    }
}

/// One pass a strategy, and those that were asked for beside it.
fn replay_all(
    wish: &Wish,
    recording: &mut Recording<'_>,
    survey: &Survey,
    budget: &Budget,
) -> Result<Shown, Error> {
    let mut shown = Shown {
        scores: Vec::new_in(Unreserved),
        cameras: Vec::new_in(Unreserved),
    };
    for row in wish.rows() {
        let mut camera = Camera::new(row.name, wish.shots(), survey);
        let score = replay_one(wish, row, recording, survey, budget, &mut camera)?;
        let pushed = shown.scores.try_push(score);
        pushed.map_err(|_| Error::OutOfMemory)?;
        if camera.failed || shown.cameras.try_push(camera).is_err() {
            return Err(Error::OutOfMemory);
        }
    }
    Ok(shown)
}

fn replay_one(
    wish: &Wish,
    row: &Row,
    recording: &mut Recording<'_>,
    survey: &Survey,
    budget: &Budget,
    camera: &mut Camera,
) -> Result<Score, Error> {
    let mut progress = Progress::of(row.name, survey, camera);
    let mut shown = score(row, recording, survey, budget, &mut progress)?;
    drop(progress);
    if wish.time {
        shown.time = time(row, recording, survey, budget)?;
    }
    if wish.min {
        shown.smallest_bytes = smallest(row, recording, survey, budget, &shown)?;
    }
    Ok(shown)
}

/// What goes to standard output.
fn write_all(
    out: &mut Stdout,
    wish: &Wish,
    name: &[u8],
    survey: &Survey,
    shown: &mut Shown,
) -> fmt::Result {
    if let (Some(heap_bytes), false) = (wish.heap_bytes, wish.json) {
        write_fits(out, heap_bytes, &shown.scores)?;
    } else {
        sort(&mut shown.scores);
        if wish.json {
            return write_json(out, name, survey, &shown.scores);
        }
        write_recording(out, name, survey)?;
        write_scores(out, survey, &shown.scores)?;
    }
    if wish.details {
        write_details(out, survey, &shown.scores)?;
    }
    if wish.min {
        write_smallest(out, survey, &shown.scores)?;
    }
    pictures::write_maps(out, wish, &shown.cameras)
}

/// Writes the recording again: the file is there whole, or not at all.
fn save_recording(
    recording: &mut Recording<'_>,
    survey: &Survey,
    path: &'static core::ffi::CStr,
    name: &[u8],
) -> Result<(), Said> {
    let format = SavedAs::by_name(path.to_bytes());
    let draft = Draft::of(path).map_err(|error| pictures::file_error(path, error))?;
    let saved = save(recording, survey, format, draft.descriptor());
    saved.map_err(|error| match error {
        SaveError::Input(error) => failed(name, error),
        SaveError::Output(error) => pictures::file_error(path, error),
    })?;
    draft
        .keep()
        .map_err(|error| pictures::file_error(path, error))
}
