//! How far attacks get with files: those of the program, and those that it does not let out.
//!
//! `cargo bench --bench attack -- [surnames] [records] [seed]`, by default 1,000,000, 2,000 and 1.
//! Prints one line for each file and attack: rows and records that were rightly named, of how many,
//! and what guessing would give. Nothing is timed.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::too_many_lines,
    reason = "a bench prints, its counts are small, and an exchange is one piece"
)]

#[path = "../../tests/it/parties.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    reason = "made for the tests, whose stories use the rest"
)]
mod parties;
mod trials;

use trials::{Hardening, Line, Surnames};

fn main() -> veilmatch::error::Result<()> {
    let numbers = std::env::args().filter_map(|argument| argument.parse::<u64>().ok());
    let numbers: Vec<u64> = numbers.collect();
    let number = |place: usize, usual| numbers.get(place).copied().unwrap_or(usual);
    let (many, few, seed) = (number(0, 1_000_000), number(1, 2_000), number(2, 1));
    println!("{many} surnames, {few} records, seed {seed}");
    println!(
        "{:44} {:27} {:>9} {:>9} {:>8}",
        "file", "attack", "rows", "records", "chance"
    );
    let usual = Surnames {
        records: many as usize,
        distinct: 50_000,
        slope: 1.0,
        shift: 2.7,
        seed,
    };
    let flatter = Surnames {
        slope: 0.8,
        shift: 10.0,
        ..usual
    };
    print(trials::surnames(usual, Hardening::None));
    println!("flatter frequencies:");
    print(trials::surnames(flatter, Hardening::None));
    println!("hardened:");
    for hardening in [
        Hardening::Suppress(10),
        Hardening::Suppress(1_000),
        Hardening::Pad(2),
        Hardening::Pad(4),
        Hardening::Pad(10),
        Hardening::Distinct,
    ] {
        print(trials::surnames(usual, hardening).split_off(2));
    }
    print(trials::local(few as usize, seed)?);
    print(trials::linked(few as usize, 10, seed)?);
    print(trials::sealed(few as usize, seed)?);
    Ok(())
}

fn print(lines: Vec<Line>) {
    for Line {
        file,
        attack,
        score,
        chance,
    } in lines
    {
        let share = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
        println!(
            "{file:44} {attack:27} {:8.3}% {:8.3}% {:7.4}%  {} of {}",
            share(score.right, score.rows),
            share(score.records_right, score.records),
            100.0 * chance,
            score.right,
            score.rows,
        );
    }
}
