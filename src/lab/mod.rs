//! What heaps are judged by: recordings of real programs, and random operations.

#![forbid(unsafe_code)]

pub mod exercise;
