//! A newer version over what was filled by an older one.

use super::*;

/// A question is gone, one stands in a group now, the people do with their pets, one has another type, and one is new.
const NEXT: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>入户</h:title><model><instance><data id="home" version="2">
<rented/><lease><landlord/></lease><rooms/><room jr:template=""><use/></room>
<family><person><name/><pet jr:template=""><sort/></pet></person></family><note/><drawn/><meta><instanceID/></meta>
</data></instance>
<bind nodeset="/data/rented" type="string" constraint=". = 'yes' or . = 'no'"/>
<bind nodeset="/data/lease/landlord" type="string" relevant="/data/rented = 'yes'"/>
<bind nodeset="/data/rooms" type="decimal"/>
<bind nodeset="/data/room/use" type="string"/><bind nodeset="/data/family/person/name" type="string"/>
<bind nodeset="/data/family/person/pet/sort" type="string"/><bind nodeset="/data/note" type="string"/>
<bind nodeset="/data/drawn" type="string" calculate="once(random())"/>
<bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>
</model></h:head><h:body>
<input ref="/data/rented"><label>Rented</label></input>
<group ref="/data/lease"><input ref="/data/lease/landlord"><label>Landlord</label></input></group>
<input ref="/data/rooms"><label>Rooms</label></input>
<group ref="/data/room"><label>Room</label><repeat nodeset="/data/room" jr:count="/data/rooms"><input ref="/data/room/use"><label>Use</label></input></repeat></group>
<group ref="/data/family"><group ref="/data/family/person"><label>Person</label><repeat nodeset="/data/family/person"><input ref="/data/family/person/name"><label>Name</label></input>
<group ref="/data/family/person/pet"><label>Pet</label><repeat nodeset="/data/family/person/pet"><input ref="/data/family/person/pet/sort"><label>Sort</label></input></repeat></group>
</repeat></group></group>
<input ref="/data/note"><label>Note</label></input>
</h:body></h:html>"#;

fn next() -> Form {
    Form::new(xform::read(NEXT.as_bytes()).unwrap(), &[])
}

fn renewed(record: &Record) -> (Filling, Renewal) {
    record.resume().renewed(next(), situation(78))
}

fn filled(deeds: &[Deed]) -> Record {
    let mut record = Record::new();
    let mut filling = Filling::begin(form(), situation(7), SUBMISSION);
    for deed in deeds {
        deed(&mut filling);
    }
    record.save(filling.answers(), true);
    record
}

fn resumed(record: &Record) -> Filling {
    Filling::resume(next(), situation(79), &record.state)
}

/// Everything that was answered and still stands, wherever.
fn said(filling: &Filling) -> Vec<String> {
    let mut said: Vec<String> = filling.said.values().flatten().cloned().collect();
    said.sort();
    said
}

#[test]
fn an_answer_stays_goes_to_its_question_or_is_set_aside() {
    let mut record = filled(&DEEDS[..10]);
    let mut worker = record.resume();
    worker.set("/data/rented", "yes").unwrap();
    record.save(worker.answers(), true);
    let (mut filling, renewal) = renewed(&record);
    let moved: Vec<(&str, &str, &str)> =
        renewal.renamed.iter().map(|one| (one.from.as_str(), one.to.as_str(), one.answer.as_str())).collect();
    let (name, pet) = ("/person/name", "/person/pet/sort");
    assert_eq!(
        moved,
        [
            ("/landlord", "/lease/landlord", "王小明"),
            (name, "/family/person/name", "甲"),
            (name, "/family/person/name", "乙"),
            (pet, "/family/person/pet/sort", "猫"),
        ]
    );
    assert_eq!((renewal.kept, renewal.aside.len(), renewal.new.len()), (4, 0, 1), "{renewal:?}");
    assert_eq!((renewal.new, renewal.uncounted), (vec!["/data/note".to_owned()], Vec::new()));
    let people =
        ["[1]/name", "[2]/name", "[2]/pet[1]/sort"].map(|p| answer(&filling, &format!("/data/family/person{p}")));
    assert_eq!(people, ["甲", "乙", "猫"]);
    let told = filling.answers();
    assert!(!told.is_empty());
    record.save(told, true);
    let mut again = resumed(&record);
    assert_eq!(again.run().submission(), filling.run().submission());
    assert_eq!((again.answers(), again.aside().len()), (Vec::new(), 0), "to open is no edit");
}

#[test]
fn nothing_that_was_answered_is_lost_at_any_point_of_the_work() {
    for deeds in 0..=DEEDS.len() {
        let record = filled(&DEEDS[..deeds]);
        let old = record.resume();
        let (filling, renewal) = renewed(&record);
        assert_eq!(said(&filling), said(&old), "after {deeds} deeds");
        let has: BTreeSet<Place> =
            filling.placed().into_iter().map(|one| (one.copy.clone(), filling.field(one.spot))).collect();
        let hidden = filling.said.iter().filter(|(place, said)| said.is_some() && !has.contains(*place));
        let hidden: Vec<&Place> = hidden.map(|(place, _)| place).collect();
        assert_eq!(hidden, filling.aside().keys().collect::<Vec<_>>(), "it is shown: after {deeds} deeds");
        assert_eq!(renewal.aside.len(), hidden.len());
    }
}

#[test]
fn two_who_renew_apart_write_the_same_and_nobody_disagrees() {
    let mut record = filled(&DEEDS[..10]);
    let ((mut one, told), (mut other, heard)) = (renewed(&record), renewed(&record));
    assert_eq!(told, heard);
    let (first, second) = (one.answers(), other.answers());
    assert_eq!(first, second);
    record.save(first, true);
    record.save(second, false);
    let merged = resumed(&record);
    assert!(merged.questions().iter().all(|question| question.at_odds.is_empty()));
    assert_eq!(merged.run().submission(), one.run().submission());
}

#[test]
fn who_goes_on_by_the_older_version_meanwhile_is_shown_and_what_is_at_odds_stays() {
    let mut record = filled(&DEEDS[..6]);
    let (mut worker, (mut office, _)) = (record.resume(), renewed(&record));
    worker.set("/data/person[1]/name", "丁").unwrap();
    record.save(office.answers(), true);
    record.save(worker.answers(), false);
    let merged = resumed(&record);
    assert_eq!(answer(&merged, "/data/family/person[1]/name"), "甲");
    assert_eq!(merged.aside().values().flatten().collect::<Vec<_>>(), ["丁"], "beside what was moved");

    let mut record = filled(&DEEDS[..6]);
    let mut apart = [record.resume(), record.resume()];
    for (worker, name) in apart.iter_mut().zip(["戊", "己"]) {
        worker.set("/data/person[1]/name", name).unwrap();
        record.save(worker.answers(), false);
    }
    let (mut filling, renewal) = renewed(&record);
    assert!(renewal.renamed.iter().all(|one| one.from != "/person/name"), "{renewal:?}");
    assert!(renewal.uncounted.is_empty(), "the landlord was not asked for before");
    let mut both = renewal.aside[0].answers.clone();
    both.sort();
    both.retain(|name| name != "甲");
    assert_eq!(both, ["己", "戊"], "nobody has decided which of them it is");
    record.save(filling.answers(), true);
    assert_eq!(resumed(&record).aside(), filling.aside());
}

#[test]
fn an_answer_that_does_not_count_any_more_is_named() {
    let record = filled(&DEEDS[..2]);
    let mut worker = record.resume();
    worker.set("/data/rooms", "2").unwrap();
    let (_, renewal) = worker.renewed(next(), situation(78));
    assert_eq!(renewal.uncounted, Vec::<String>::new());
    let hides = NEXT.replace("relevant=\"/data/rented = 'yes'\"", "relevant=\"/data/note = 'x'\"");
    let form = Form::new(xform::read(hides.as_bytes()).unwrap(), &[]);
    let (filling, renewal) = record.resume().renewed(form, situation(78));
    assert_eq!(renewal.uncounted, ["/data/lease/landlord"]);
    assert_eq!(filling.run().typed(filling.run().node("/data/lease/landlord").unwrap()), "王小明");
}
