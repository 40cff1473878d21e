//! The collections beside std's: what they do, what their interface is, and what they do with elements that misbehave.

mod arguments;
mod lean;
mod lies;
mod misbehaviour;
mod model;
mod shapes;
mod std_api;
mod texts;
