//! Naive twins of the fast kernels: plain and slow, for comparison only.

const COSTS: &str = include_str!("../../../src/score/sounds.tsv");
const LONGEST: usize = 31;
const SWAP: f32 = 0.7;
const UNWRITTEN: f32 = 0.25;

/// The weighted edit distance as a full matrix; costs are looked up in the table line by line.
pub(crate) fn sound_distance(a: &str, a_is_abjad: bool, b: &str, b_is_abjad: bool) -> f32 {
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut cells = vec![vec![0.0_f32; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let mut ways = Vec::new();
            if i > 0 {
                ways.push(cells[i - 1][j] + gap(a[i - 1], b_is_abjad));
            }
            if j > 0 {
                ways.push(cells[i][j - 1] + gap(b[j - 1], a_is_abjad));
            }
            if i > 0 && j > 0 {
                ways.push(cells[i - 1][j - 1] + substitute(a[i - 1], b[j - 1]));
            }
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                ways.push(cells[i - 2][j - 2] + SWAP);
            }
            cells[i][j] = ways.into_iter().reduce(f32::min).unwrap_or(0.0);
        }
    }
    cells[a.len()][b.len()]
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str, f32)> {
    COSTS.lines().filter(|l| !l.starts_with('#')).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        (cells[0], cells[1], cells[2].parse().expect("a cost"))
    })
}

fn gap(letter: char, is_unwritten: bool) -> f32 {
    let found = lines()
        .filter(|(a, b, _)| *b == "-" && a.contains(letter))
        .last();
    let cost = found.map_or(1.0, |(_, _, cost)| cost);
    if is_unwritten && "aeiou".contains(letter) {
        cost * UNWRITTEN
    } else {
        cost
    }
}

fn substitute(x: char, y: char) -> f32 {
    if x == y {
        return 0.0;
    }
    let fits =
        |a: &str, b: &str| (a.contains(x) && b.contains(y)) || (a.contains(y) && b.contains(x));
    lines()
        .filter(|(a, b, _)| fits(a, b))
        .last()
        .map_or(1.0, |(_, _, cost)| cost)
}
