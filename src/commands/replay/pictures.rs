//! The pictures that were asked for: files that are there whole or not at all, and maps behind the table.

use super::wish::Wish;
use crate::commands::{Said, say};
use crate::io::{Draft, Escaped, Stdout, Writer};
use crate::lab::picture::{Camera, write_map, write_plot, write_scene};
use crate::lab::survey::Survey;
use crate::start::{ExitCode, Failure};
use crate::sys::Errno;
use core::ffi::CStr;
use core::fmt;

/// What is collected before it is written, in bytes: as of standard output, whose code serves here too.
const BUFFER_BYTES: usize = 8192;

/// Writes the files of `--svg` and `--plot`.
pub(super) fn write_files(
    wish: &Wish,
    name: &[u8],
    survey: &Survey,
    cameras: &[Camera],
) -> Result<(), Said> {
    let writers = [
        (wish.svg, write_scene as Picture),
        (wish.plot, write_plot as Picture),
    ];
    for (path, picture) in writers {
        if let Some(path) = path {
            write_file(path, |out| picture(out, name, survey, cameras))?;
        }
    }
    Ok(())
}

/// Writes a picture.
type Picture = fn(&mut dyn fmt::Write, &[u8], &Survey, &[Camera]) -> fmt::Result;

fn write_file(
    path: &'static CStr,
    picture: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
) -> Result<(), Said> {
    let draft = Draft::of(path).map_err(|error| file_error(path, error))?;
    let mut out = Writer::<BUFFER_BYTES>::to(draft.descriptor());
    // The error itself is remembered by the writer.
    let _ = picture(&mut out);
    out.finish()
        .and_then(|()| draft.keep())
        .map_err(|error| file_error(path, error))
}

/// Says that a file cannot be written.
pub(super) fn file_error(path: &CStr, error: Errno) -> Said {
    let path = Escaped(path.to_bytes());
    let code = match error {
        Errno::ENOMEM => error.exit_code(),
        _ => ExitCode::FAILURE,
    };
    say(code, format_args!("{path}: write error: {error}"))
}

/// Writes the maps, if they are wanted.
pub(super) fn write_maps(out: &mut Stdout, wish: &Wish, cameras: &[Camera]) -> fmt::Result {
    match wish.map {
        true => write_map(out, wish.look, cameras),
        false => Ok(()),
    }
}
