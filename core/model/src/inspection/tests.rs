//! Templates as they ship, what is wrong with rows, and the standing of an item through its rounds.

use super::*;
use crate::case_class::ClassBook;
use crate::rule_table::TableSort;
use proptest::prelude::*;

fn rows() -> Vec<Vec<String>> {
    let tables = TABLES.iter().flat_map(|table| code_set::rows(table));
    tables.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_row_that_ships_is_an_item_in_three_languages() {
    let rows = rows();
    assert_eq!(TableSort::InspectionTemplates.check(&rows), []);
    assert!(rows.iter().all(|cells| cells.len() == COLUMNS.len()), "a cell holds no comma");
    let items: usize = TemplateBook::shipped().all().map(|template| template.items.len()).sum();
    assert_eq!(items, rows.len());
    for template in TemplateBook::shipped().all() {
        assert!((6..=15).contains(&template.items.len()), "{}", template.of);
        for item in &template.items {
            for said in [&template.name, &item.name, &item.standard, &item.penalty] {
                let all = [&said.zh_hans, &said.zh_hant, &said.en];
                assert!(all.into_iter().all(|text| !text.is_empty()), "{} {}", template.of, item.item);
            }
            assert!(
                ClassBook::shipped().class(&item.class).is_some_and(|class| class.kind == "hazard"),
                "{}",
                item.class
            );
        }
    }
    assert!(rows.iter().all(|cells| cells.last().is_some_and(|source| source == "示例")), "they are the project's own");
}

#[test]
fn an_item_says_one_thing_in_all_templates_that_ship() {
    let mut said: BTreeMap<&str, &TemplateItem> = BTreeMap::new();
    for item in TemplateBook::shipped().all().flat_map(|template| &template.items) {
        let first = said.entry(&item.item).or_insert(item);
        assert_eq!(
            (&first.name, &first.standard, &first.class),
            (&item.name, &item.standard, &item.class),
            "{}",
            item.item
        );
    }
}

#[test]
fn each_kind_of_premises_has_a_template() {
    let book = TemplateBook::shipped();
    for entry in CodeSet::PremisesKind.entries().iter().filter(|entry| entry.code != "other") {
        assert!(!book.for_place(entry.code).is_empty(), "{}", entry.code);
    }
    let first = |place: &str| book.for_place(place).first().map(|template| template.of.code.clone());
    assert_eq!(first("small_chemical").as_deref(), Some("small_chemical"));
    assert_eq!(first(HOME).as_deref(), Some("rental"));
    assert_eq!(first("warehouse").as_deref(), Some("warehouse"), "the one for the fewest kinds first");
}

#[test]
fn what_is_wrong_with_a_row_is_told_by_its_column() {
    let sound = rows().into_iter().next().unwrap_or_default();
    let column = |name: &str| COLUMNS.iter().position(|(own, _)| *own == name).unwrap();
    // column, what stands there, code
    let wrong = [
        ("codeset", "两 三", "class_ref"),
        ("zh", "", "missing"),
        ("of", "天台", "place_unknown"),
        ("of", "", "missing"),
        ("item", "gas hose", "item_code"),
        ("standard_zh", "", "missing"),
        ("evidence", "smell", "evidence_unknown"),
        ("severity", "awful", "severity_unknown"),
        ("class", "0101", "class_ref"),
        ("recheck_days", "3 7", "recheck_days"),
        ("recheck_days", "3 0 7", "recheck_days"),
        ("recheck_days", "3 7 9999", "recheck_days"),
    ];
    for (name, text, code) in wrong {
        let mut cells = sound.clone();
        cells[column(name)] = text.to_owned();
        let faults = TableSort::InspectionTemplates.check(&[cells]);
        assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), [code], "{name} {text}");
    }
    let twice = TableSort::InspectionTemplates.check(&[sound.clone(), sound]);
    assert_eq!(twice.iter().map(|f| (f.row, f.code)).collect::<Vec<_>>(), [(1, "row_twice")]);
}

#[test]
fn rows_of_an_office_stand_in_place_of_the_whole_template() {
    let mut book = TemplateBook::shipped().clone();
    let of: ClassRef = "gridwalk_inspection/1/small_chemical".parse().unwrap();
    let before = book.template(&of).unwrap().items.len();
    let mut row = rows().into_iter().find(|cells| cells[2] == "small_chemical").unwrap();
    row[8] = "许可（本县）".to_owned();
    book.replace([row]);
    let after = book.template(&of).unwrap();
    assert!(before > 1);
    assert_eq!((after.items.len(), after.items[0].name.zh_hans.as_str()), (1, "许可（本县）"));
    assert_eq!(book.all().count(), TemplateBook::shipped().all().count());
}

fn item() -> TemplateItem {
    let book = TemplateBook::shipped();
    let found = book.all().flat_map(|template| &template.items).find(|item| item.recheck_days == [3, 7, 15]);
    found.unwrap().clone()
}

#[test]
fn an_item_goes_through_three_rounds() {
    use ItemResult::{Failed, NotApplicable, Passed};
    let looked = |found: &[(u32, i64, ItemResult)]| -> Vec<Looked> {
        found.iter().map(|(round, on, result)| Looked { round: *round, on: *on, result: *result }).collect()
    };
    // what was found, how it stands
    let rows = [
        (looked(&[]), ItemStanding::Open),
        (looked(&[(0, 100, Passed)]), ItemStanding::Fine),
        (looked(&[(0, 100, NotApplicable)]), ItemStanding::Fine),
        (looked(&[(0, 100, Failed)]), ItemStanding::Due { round: 1, on: 103 }),
        (looked(&[(0, 100, Failed), (1, 105, Passed)]), ItemStanding::Settled { round: 1 }),
        (looked(&[(0, 100, Failed), (1, 105, Failed)]), ItemStanding::Due { round: 2, on: 112 }),
        (looked(&[(0, 100, Failed), (1, 105, Failed), (2, 112, Failed)]), ItemStanding::Due { round: 3, on: 127 }),
        (
            looked(&[(0, 100, Failed), (1, 105, Failed), (2, 112, Failed), (3, 130, Failed)]),
            ItemStanding::HandedOver { since: 130 },
        ),
        (
            looked(&[(0, 100, Failed), (1, 105, Failed), (2, 112, Failed), (3, 130, Passed)]),
            ItemStanding::Settled { round: 3 },
        ),
        // Two people of one round who say otherwise: the worse counts until it is decided.
        (looked(&[(0, 100, Passed), (0, 100, Failed)]), ItemStanding::Due { round: 1, on: 103 }),
    ];
    for (found, want) in rows {
        assert_eq!(ItemStanding::of(&item(), &found), want, "{found:?}");
    }
}

#[test]
fn the_next_round_is_the_least_that_something_waits_for() {
    let standing = |name: &str, standing| (name.to_owned(), standing);
    let all = [
        standing("a", ItemStanding::Due { round: 2, on: 110 }),
        standing("b", ItemStanding::Due { round: 1, on: 108 }),
        standing("c", ItemStanding::Due { round: 1, on: 106 }),
        standing("d", ItemStanding::Fine),
    ];
    assert_eq!(next_round(&all), Some((1, 106, ["b".to_owned(), "c".to_owned()].into())));
    assert_eq!(next_round(&all[3..]), None);
}

proptest! {
    #[test]
    fn how_an_item_stands_does_not_depend_on_the_order_in_which_it_is_heard(
        found in prop::collection::vec((0_u32..4, 0_i64..3, 0_usize..3), 0..8),
        seed in any::<prop::sample::Index>(),
    ) {
        // A round has one day: that of its record.
        let mut looked: Vec<Looked> = found
            .into_iter()
            .map(|(round, _, result)| Looked { round, on: 100 + i64::from(round) * 10, result: ItemResult::ALL[result] })
            .collect();
        let before = ItemStanding::of(&item(), &looked);
        if !looked.is_empty() {
            let turn = seed.index(looked.len());
            looked.rotate_left(turn);
            looked.reverse();
        }
        prop_assert_eq!(ItemStanding::of(&item(), &looked), before);
        let has_first = looked.iter().any(|one| one.round == 0);
        prop_assert_eq!(before == ItemStanding::Open, !has_first);
        if let ItemStanding::Due { round, .. } = before {
            prop_assert!((1..=limits::RECHECK_ROUNDS).contains(&round), "no fourth round");
        }
    }
}
