//! Recipes beside each other: recall against the candidates they cost.

use std::fmt::Write as _;

use super::{Interval, share, wilson};

/// What one recipe does on the pairs known to be true, and what it costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipeTrial {
    /// Name of the recipe.
    pub recipe: String,
    /// One entry a true pair, in the same order for every recipe: do both share a key of it?
    pub shared: Vec<bool>,
    /// Distinct pairs of subject and notice that share a key of this recipe, true or not.
    pub candidates: u64,
}

/// All recipes on the same pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyTrial {
    /// The recipes, in the order they stand in the table.
    pub recipes: Vec<RecipeTrial>,
    /// Subjects that were screened.
    pub subjects: u64,
    /// Distinct pairs that share any key: the candidates of all recipes together.
    pub candidates: u64,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeRow {
    /// Name of the recipe; `all` for the union.
    pub recipe: String,
    /// True pairs that share a key.
    pub found: u64,
    /// True pairs.
    pub pairs: u64,
    /// True pairs that would be lost without this recipe; all that were found, for the union.
    pub only: u64,
    /// Candidates for each subject on average.
    pub candidates_per_subject: f64,
}

impl RecipeRow {
    /// Share of the true pairs that share a key.
    pub fn recall(&self) -> f64 {
        share(self.found, self.pairs)
    }

    /// The 95 % interval of the recall.
    pub fn recall_interval(&self) -> Interval {
        wilson(self.found, self.pairs)
    }
}

impl KeyTrial {
    /// One row a recipe and a last one for all together.
    pub fn rows(&self) -> Vec<RecipeRow> {
        let pairs = self.pairs();
        let by_pair: Vec<u64> = (0..pairs)
            .map(|pair| self.recipes.iter().filter(|r| r.shares(pair)).count() as u64)
            .collect();
        let row = |recipe: &str, found: u64, only: u64, candidates: u64| RecipeRow {
            recipe: recipe.to_owned(),
            found,
            pairs: pairs as u64,
            only,
            candidates_per_subject: share(candidates, self.subjects),
        };
        let mut rows: Vec<RecipeRow> = self
            .recipes
            .iter()
            .map(|r| {
                let found = r.shared.iter().filter(|s| **s).count() as u64;
                let alone = r.shared.iter().zip(&by_pair);
                let only = alone.filter(|(s, count)| **s && **count == 1).count() as u64;
                row(&r.recipe, found, only, r.candidates)
            })
            .collect();
        let found = by_pair.iter().filter(|count| **count > 0).count() as u64;
        rows.push(row("all", found, found, self.candidates));
        rows
    }

    /// The table as Markdown, which also reads well on a terminal.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| recipe | recall | 95 % interval | only this one | candidates per subject |\n\
             | --- | --: | --: | --: | --: |\n",
        );
        for row in self.rows() {
            let interval = row.recall_interval();
            let _ = writeln!(
                text,
                "| {} | {:.3} | {:.3}–{:.3} | {} | {:.2} |",
                row.recipe,
                row.recall(),
                interval.low,
                interval.high,
                row.only,
                row.candidates_per_subject
            );
        }
        text
    }

    /// True pairs: as many as the longest recipe knows of.
    fn pairs(&self) -> usize {
        self.recipes
            .iter()
            .map(|r| r.shared.len())
            .max()
            .unwrap_or(0)
    }
}

impl RecipeTrial {
    fn shares(&self, pair: usize) -> bool {
        self.shared.get(pair).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> KeyTrial {
        let recipe = |name: &str, shared: [bool; 4], candidates| RecipeTrial {
            recipe: name.to_owned(),
            shared: shared.to_vec(),
            candidates,
        };
        KeyTrial {
            recipes: vec![
                recipe("pair", [true, true, false, false], 30),
                recipe("year", [true, false, true, false], 15),
            ],
            subjects: 10,
            candidates: 40,
        }
    }

    #[test]
    fn the_union_finds_what_any_recipe_finds() {
        let rows = trial().rows();
        let found: Vec<_> = rows
            .iter()
            .map(|r| (r.recipe.as_str(), r.found, r.only))
            .collect();
        assert_eq!(found, [("pair", 2, 1), ("year", 2, 1), ("all", 3, 3)]);
        assert!((rows[2].recall() - 0.75).abs() < 1e-12);
        assert!((rows[2].candidates_per_subject - 4.0).abs() < 1e-12);
    }

    #[test]
    fn the_table_has_a_line_for_each_recipe_and_one_for_all() {
        let table = trial().table();
        assert_eq!(table.lines().count(), 5);
        assert!(
            table.contains("| year | 0.500 | 0.150–0.850 | 1 | 1.50 |"),
            "{table}"
        );
    }

    #[test]
    fn no_recipes_make_an_empty_table() {
        let rows = KeyTrial::default().rows();
        assert_eq!((rows.len(), rows[0].found, rows[0].pairs), (1, 0, 0));
    }
}
