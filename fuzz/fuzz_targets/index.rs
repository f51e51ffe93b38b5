#![no_main]

#[path = "../../tests/it/doors/targets.rs"]
#[allow(dead_code, reason = "one door a target")]
mod doors;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| doors::index(bytes));
