//! Random courses with any number of faults, instead of an exhaustive search.

use proptest::prelude::*;

use super::*;
use crate::core::purchase::tests::promises::cases;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases() / 5))]

    /// Tabs with and without locks, which may be lost; pages that die or are left at any step; storage that fails;
    /// nodes that do not answer, are on another chain, ahead, or lie; sellers that hold back a payment, or forget what
    /// they were paid for.
    #[test]
    fn no_random_course_breaks_a_promise(
        scene in 0..SCENES.len(),
        choices in prop::collection::vec(any::<u8>(), 150),
    ) {
        let played = Search::of(&SCENES[scene]).draw(&choices);
        prop_assert!(played.is_ok(), "{}: {}", SCENES[scene].name, played.unwrap_err());
    }
}

/// Random courses find defects, too: nearly all of those that the search has to find, within a few thousand courses.
#[test]
fn random_courses_find_defects() {
    let found = explore(
        [Defect::OwnerUnchecked, Defect::SentBeforeWritten, Defect::WindowIgnored, Defect::SignerNotCompared],
        |defect| {
            defect::switch(Some(*defect));
            let mut seed = 7u64;
            let mut draw = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                u8::try_from(seed >> 56).unwrap()
            };
            let courses = (0..20_000).find_map(|played| {
                let choices: Vec<u8> = (0..150).map(|_| draw()).collect();
                SCENES.iter().find_map(|scene| Search::of(scene).draw(&choices).err()).map(|_| played)
            });
            courses.is_some()
        },
    );
    for (defect, is_found) in found {
        assert!(is_found, "{defect:?}");
    }
}
