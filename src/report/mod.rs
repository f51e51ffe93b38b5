//! What leaves as a file for people and other programs.

pub mod ftm;
