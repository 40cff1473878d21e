//! Pictures of heaps: what lives where and when, and how much is held.
//!
//! ```text
//! camera    looks at a heap from time to time while a recording goes through it
//! film      one column of cells a look: address by time
//! map       the heap when most is live, as characters        --map
//! scene     films side by side, as SVG                       --svg
//! plot      bytes held and live over time, as SVG            --plot
//! ```
//!
//! A heap over [`Falling`](crate::memory::Falling) lies below one address, so a place in the heap is told by
//! its distance from there: no address comes into a picture, and the same recording gives the same bytes.

mod camera;
mod film;
mod map;
mod plot;
mod scene;
mod svg;

pub use camera::{Camera, Shots};
pub use film::{Cell, Film, Shade};
pub use map::{Look, write_map};
pub use plot::write_plot;
pub use scene::write_scene;
