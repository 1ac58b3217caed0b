//! Door addresses as they stand on lists and signs.

use super::*;
use proptest::prelude::*;

#[test]
fn spellings_of_one_door() {
    let spellings = [
        "3幢2单元501室",
        "３幢２单元５０１室",
        "3号楼-2-501",
        "3#楼2单元501",
        "3#-2-501",
        "3-2-501",
        "3-2-501室",
        "三号楼二单元五〇一室",
        "3栋2门501号",
        "03幢02单元0501室",
        "3 幢 2 单元 5层 501 室",
        "3棟2單元501室",
        "3幢2单元-501",
        "3—2—5—501",
    ];
    for text in spellings {
        let door = read(text);
        assert_eq!(door.key(), "3/2/501", "{text}: {door:?}");
        assert_eq!(door.floor, Some(5), "{text}");
        assert_eq!(door.place, "", "{text}");
        assert!(door.may_be(&read("3幢501室")), "{text}");
    }
}

#[test]
fn what_addresses_say() {
    // typed                        place              building/entrance/door   floor
    let rows: [(&str, &str, &str, Option<i16>); 20] = [
        ("香樟苑3幢2单元501室", "香樟苑", "3/2/501", Some(5)),
        ("香樟苑2期3幢501", "香樟苑2期", "3//501", Some(5)),
        ("朝阳路12号3幢501室", "朝阳路12号", "3//501", Some(5)),
        ("朝阳路88弄3号501室", "朝阳路88弄", "3//501", Some(5)),
        ("三里屯5号院3号楼1201", "三里屯5号院", "3//1201", Some(12)),
        ("沙杭村3组12号", "沙杭村3组", "//12", None),
        ("A座1203", "", "A//1203", Some(12)),
        ("a楼1203室", "", "A//1203", Some(12)),
        ("3幢无单元501室", "", "3//501", Some(5)),
        ("3幢甲单元501", "", "3/甲/501", Some(5)),
        ("3幢地下一层", "", "3//", Some(-1)),
        ("3幢负2层15号", "", "3//15", Some(-2)),
        ("3幢B101", "", "3//B101", Some(-1)),
        ("二十三幢十二单元一百零二室", "", "23/12/102", Some(1)),
        ("3-501", "", "3//501", Some(5)),
        ("501", "", "//501", Some(5)),
        ("12楼1203", "", "//1203", Some(12)),
        ("无", "", "//", None),
        ("幸福里", "幸福里", "//", None),
        ("", "", "//", None),
    ];
    for (text, place, key, floor) in rows {
        let door = read(text);
        assert_eq!((door.place.as_str(), door.key().as_str(), door.floor), (place, key, floor), "{text}: {door:?}");
    }
    assert_eq!(read("无").door, Part::None);
    assert_eq!(read("").door, Part::Unsaid);
    assert_eq!(read("3幢无单元501室").entrance, Part::None);
    assert!(!read("3幢2单元5层").guessed && read("3-2-501").guessed);
}

#[test]
fn joined_blocks() {
    let rows = [
        ("1-10幢", Blocks::Range(1, 10)),
        ("１～10号楼", Blocks::Range(1, 10)),
        ("1至3栋", Blocks::Range(1, 3)),
        ("1、3、甲幢", Blocks::Several(vec!["1".into(), "3".into(), "甲".into()])),
        ("7幢", Blocks::One("7".into())),
        ("无", Blocks::None),
    ];
    for (text, blocks) in rows {
        assert_eq!(read(text).building, blocks, "{text}");
    }
    let range = read("1-10幢").building;
    assert!(range.cover("07") && range.cover("10") && !range.cover("11") && !range.cover("A"));
    assert_eq!(read("2-4幢").building.each(), ["2", "3", "4"]);
    assert_eq!(read("1-4000000000幢").building.each().len(), limits::JOINED_BLOCKS_MAX);
    assert!(read("1-10幢501室").may_be(&read("7幢501室")) && !read("1-10幢501室").may_be(&read("17幢501室")));
}

#[test]
fn doors_sort_as_people_walk() {
    let mut doors = [
        "10幢101",
        "2幢2单元101",
        "2幢1单元1001",
        "2幢1单元201",
        "2幢1单元202",
        "2幢甲单元101",
        "2幢丙单元101",
        "2幢乙单元101",
        "2幢1单元地下1层3号",
    ];
    doors.sort_by_key(|d| read(d).sort_key());
    let walked = [
        "2幢1单元地下1层3号",
        "2幢1单元201",
        "2幢1单元202",
        "2幢1单元1001",
        "2幢2单元101",
        "2幢甲单元101",
        "2幢乙单元101",
        "2幢丙单元101",
        "10幢101",
    ];
    assert_eq!(doors, walked);
}

proptest! {
    #[test]
    fn any_spelling_of_a_door_has_one_key(
        building in 1u16..300, entrance in 1u8..20, floor in 1u8..40, number in 1u8..12,
        b in 0usize..6, e in 0usize..4, d in 0usize..3,
    ) {
        let door = format!("{floor}{number:02}");
        let text = format!(
            "{building}{}{entrance}{}{door}{}",
            ["幢", "号楼", "栋", "#", "座", "-"][b], ["单元", "门", "单元-", "-"][e], ["室", "", "号"][d],
        );
        let read = read(&text);
        prop_assert_eq!(read.key(), format!("{building}/{entrance}/{door}"), "{}", text);
        prop_assert_eq!(read.floor, Some(i16::from(floor)));
    }

    #[test]
    fn doors_sort_by_their_numbers(one in (1u16..200, 1u8..12, 1u8..40, 1u8..12), two in (1u16..200, 1u8..12, 1u8..40, 1u8..12)) {
        let text = |(b, e, f, n): (u16, u8, u8, u8)| format!("{b}幢{e}单元{f}{n:02}室");
        prop_assert_eq!(read(&text(one)).sort_key().cmp(&read(&text(two)).sort_key()), one.cmp(&two));
    }

    #[test]
    fn canonical_reads_the_same(text in "([一-龥]{0,3})([0-9A-Ca甲东三十无]{1,3}(幢|号楼|单元|层|楼|室|号|-|、|)){0,4}") {
        let door = read(&text);
        let again = read(&door.canonical());
        if door.rest.is_empty() && door.place.is_empty() {
            prop_assert_eq!(again.key(), door.key(), "{} as {}", text, door.canonical());
        }
    }

    #[test]
    fn no_text_breaks_it(text in "\\PC{0,40}") {
        let door = read(&text);
        let _ = (door.canonical(), door.key(), door.sort_key(), door.building.each());
    }
}
