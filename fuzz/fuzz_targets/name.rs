#![no_main]

#[path = "../doors.rs"]
#[allow(dead_code, reason = "one door a target")]
mod doors;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| doors::name(bytes));
