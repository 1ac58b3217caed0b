//! Submissions that are put down and taken up again, and that two people fill.

mod renew;

use super::*;
use crate::xform;
use gridwalk_model::state::{Head, Instance, Register, Tag};
use gridwalk_model::{AccountId, Name, ReplicaId, State, Timestamp};
use std::sync::Arc;

/// A household: a question that hides another, people with pets, rooms that are counted, and what is reckoned.
const FORM: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>入户</h:title><model><instance><data id="home" version="1">
<kind>flat</kind><rented/><landlord/><rooms/><room jr:template=""><use/></room>
<person><name/><pet jr:template=""><sort/></pet></person><drawn/><sum/><meta><instanceID/></meta>
</data></instance>
<bind nodeset="/data/kind" type="string"/><bind nodeset="/data/rented" type="string"/>
<bind nodeset="/data/landlord" type="string" relevant="/data/rented = 'yes'" required="true()"/>
<bind nodeset="/data/rooms" type="int" constraint=". &lt; 9" jr:constraintMsg="少一点"/>
<bind nodeset="/data/room/use" type="string"/><bind nodeset="/data/person/name" type="string"/>
<bind nodeset="/data/person/pet/sort" type="string"/>
<bind nodeset="/data/drawn" type="string" calculate="once(random())"/>
<bind nodeset="/data/sum" type="int" calculate="count(/data/person) + count(/data/room)"/>
<bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>
</model></h:head><h:body>
<input ref="/data/kind"><label>Kind</label></input><input ref="/data/rented"><label>Rented</label></input>
<input ref="/data/landlord"><label>Landlord</label></input><input ref="/data/rooms"><label>Rooms</label></input>
<group ref="/data/room"><label>Room</label><repeat nodeset="/data/room" jr:count="/data/rooms"><input ref="/data/room/use"><label>Use</label></input></repeat></group>
<group ref="/data/person"><label>Person</label><repeat nodeset="/data/person"><input ref="/data/person/name"><label>Name</label></input>
<group ref="/data/person/pet"><label>Pet</label><repeat nodeset="/data/person/pet"><input ref="/data/person/pet/sort"><label>Sort</label></input></repeat></group>
</repeat></group>
</h:body></h:html>"#;

const SUBMISSION: RecordId = RecordId([9; 16]);

fn form() -> Form {
    Form::new(xform::read(FORM.as_bytes()).unwrap(), &[])
}

fn situation(seed: u64) -> Situation {
    Situation { now_ms: 1_715_221_800_000, zone_minutes: 480, seed, ..Situation::default() }
}

fn id(n: u8) -> RecordId {
    RecordId([1, n, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

/// A record as the server's fold would make it: each save has seen what stood there when its writer began, or not.
struct Record {
    state: State,
    saves: u64,
}

impl Record {
    fn new() -> Self {
        Self { state: State::new(SUBMISSION), saves: 0 }
    }

    fn save(&mut self, answers: Vec<Answered>, seen_all: bool) {
        self.saves += 1;
        let name = Name { replica: ReplicaId([1; 16]), seq: self.saves, ..Name::default() };
        let effective = Timestamp(i64::try_from(self.saves).unwrap());
        let tag = Arc::new(Tag { effective, id: name, names: vec![name], author: AccountId([3; 16]) });
        for one in answers {
            for wish in one.wishes().unwrap() {
                self.apply(&wish, &tag, seen_all);
            }
        }
    }

    fn apply(&mut self, wish: &gridwalk_model::wish::Wish, tag: &Arc<Tag>, seen_all: bool) {
        use gridwalk_model::wish::Wish;
        match wish {
            Wish::Put { field, value, within } => {
                let fields = match within {
                    Some(key) => &mut self.state.instances.entry(key.clone()).or_default().fields,
                    None => &mut self.state.fields,
                };
                let none = || Register { heads: Vec::new(), early: Vec::new() };
                let register = fields.entry(field.clone()).or_insert_with(none);
                if seen_all {
                    register.heads.clear();
                }
                register.heads.push(Head { tag: tag.clone(), value: value.clone(), replaced: None, gone: false });
            }
            Wish::AddInstance { within } => {
                self.state.instances.entry(within.clone()).or_default().adds.push(tag.clone());
            }
            Wish::RemoveInstance { within } => {
                let instance: &mut Instance = self.state.instances.entry(within.clone()).or_default();
                instance.adds.clear();
                instance.fields.values_mut().flat_map(|field| &mut field.heads).for_each(|head| head.gone = true);
            }
            other => panic!("{other:?}"),
        }
    }

    fn resume(&self) -> Filling {
        Filling::resume(form(), situation(77), &self.state)
    }
}

fn answer(filling: &Filling, path: &str) -> String {
    filling.run().value(filling.run().node(path).unwrap_or_else(|| panic!("{path}"))).to_owned()
}

/// What is done to a submission, one group of keystrokes each.
type Deed = fn(&mut Filling);

const DEEDS: [Deed; 13] = [
    |f| f.set("/data/rented", "yes").unwrap(),
    |f| f.set("/data/landlord", "王小明").unwrap(),
    |f| f.set("/data/rented", "no").unwrap(),
    |f| f.set("/data/rooms", "2").unwrap(),
    |f| f.set("/data/room[2]/use", "灶间").unwrap(),
    |f| f.set("/data/person[1]/name", "甲").unwrap(),
    |f| assert_eq!(f.add_copy("/data/person", id(5)).unwrap(), "/data/person[2]"),
    |f| f.set("/data/person[2]/name", "乙").unwrap(),
    |f| drop(f.add_copy("/data/person[2]/pet", id(6)).unwrap()),
    |f| f.set("/data/person[2]/pet[1]/sort", "猫").unwrap(),
    |f| f.remove_copy("/data/person[1]").unwrap(),
    |f| f.set("/data/kind", "").unwrap(),
    |f| f.set("/data/rooms", "1").unwrap(),
];

#[test]
fn a_submission_that_is_taken_up_again_after_each_save_is_the_one_that_was_put_down() {
    let mut record = Record::new();
    let mut filling = Filling::begin(form(), situation(7), SUBMISSION);
    record.save(filling.answers(), true);
    for (step, deed) in DEEDS.iter().enumerate() {
        deed(&mut filling);
        let answers = filling.answers();
        assert!(!answers.is_empty(), "step {step}");
        record.save(answers, true);
        assert_eq!(filling.answers(), [], "what was told is not told again: step {step}");
        let mut again = record.resume();
        assert_eq!(again.run().submission(), filling.run().submission(), "step {step}");
        assert_eq!(again.questions(), filling.questions(), "step {step}");
        assert_eq!(again.answers(), [], "to open is no edit: step {step}");
    }
    assert_eq!(answer(&filling, "/data/person[1]/pet[1]/sort"), "猫");
    // What is not asked now is kept, also where a count took its copy away.
    filling.set("/data/rented", "yes").unwrap();
    filling.set("/data/rooms", "2").unwrap();
    assert_eq!(answer(&filling, "/data/room[2]/use"), "灶间");
    record.save(filling.answers(), true);
    let again = record.resume();
    assert_eq!(answer(&again, "/data/landlord"), "王小明");
    assert_eq!(answer(&again, "/data/room[2]/use"), "灶间");
    assert_eq!(again.aside().len(), 0);
}

#[test]
fn a_submission_goes_on_from_any_phone_at_any_point() {
    let mut record = Record::new();
    let mut alone = Filling::begin(form(), situation(7), SUBMISSION);
    record.save(alone.answers(), true);
    for deed in DEEDS {
        deed(&mut alone);
        let mut other = record.resume();
        deed(&mut other);
        record.save(other.answers(), true);
    }
    assert_eq!(record.resume().run().submission(), alone.run().submission());
}

#[test]
fn two_people_who_fill_one_submission_keep_all_that_both_said() {
    let mut record = Record::new();
    record.save(Filling::begin(form(), situation(7), SUBMISSION).answers(), true);
    let (mut one, mut other) = (record.resume(), record.resume());
    one.set("/data/rented", "yes").unwrap();
    one.set("/data/person[1]/name", "甲").unwrap();
    one.add_copy("/data/person", id(11)).unwrap();
    one.set("/data/person[2]/name", "乙").unwrap();
    other.set("/data/rooms", "3").unwrap();
    other.set("/data/person[1]/name", "假").unwrap();
    other.add_copy("/data/person", id(12)).unwrap();
    other.set("/data/person[2]/name", "丙").unwrap();
    record.save(one.answers(), false);
    record.save(other.answers(), false);
    let mut merged = record.resume();
    let names: Vec<String> = (1..=3).map(|n| answer(&merged, &format!("/data/person[{n}]/name"))).collect();
    assert_eq!(names, ["假", "乙", "丙"]);
    assert_eq!((answer(&merged, "/data/rented"), answer(&merged, "/data/sum")), ("yes".to_owned(), "6".to_owned()));
    let at_odds = |filling: &Filling| -> Vec<(String, Vec<String>)> {
        let questions = filling.questions().into_iter().filter(|question| !question.at_odds.is_empty());
        questions.map(|question| (question.path, question.at_odds)).collect()
    };
    assert_eq!(at_odds(&merged), [("/data/person[1]/name".to_owned(), vec!["假".to_owned(), "甲".to_owned()])]);
    assert_eq!(merged.answers(), [], "to open is to decide nothing");
    merged.set("/data/person[1]/name", "甲").unwrap();
    record.save(merged.answers(), true);
    assert_eq!(at_odds(&record.resume()), []);
    assert_eq!(answer(&record.resume(), "/data/person[1]/name"), "甲");
}

#[test]
fn a_copy_that_one_takes_out_stays_where_another_answered_in_it() {
    let mut record = Record::new();
    record.save(Filling::begin(form(), situation(7), SUBMISSION).answers(), true);
    let (mut one, mut other) = (record.resume(), record.resume());
    one.remove_copy("/data/person[1]").unwrap();
    other.set("/data/person[1]/name", "甲").unwrap();
    record.save(one.answers(), true);
    assert_eq!(record.resume().repeats().iter().find(|line| line.path == "/data/person").unwrap().copies, 0);
    record.save(other.answers(), true);
    assert_eq!(answer(&record.resume(), "/data/person[1]/name"), "甲");
}

#[test]
fn a_copy_that_came_and_went_between_two_saves_is_not_told() {
    let mut filling = Filling::begin(form(), situation(7), SUBMISSION);
    filling.answers();
    filling.add_copy("/data/person", id(5)).unwrap();
    filling.add_copy("/data/person[2]/pet", id(6)).unwrap();
    filling.set("/data/person[2]/pet[1]/sort", "狗").unwrap();
    filling.remove_copy("/data/person[2]").unwrap();
    assert_eq!(filling.answers(), []);
}

/// All in one group of keystrokes: a count that goes down and up takes nothing with it.
#[test]
fn what_a_count_takes_away_is_saved_and_comes_back() {
    let mut record = Record::new();
    let mut filling = Filling::begin(form(), situation(7), SUBMISSION);
    for (path, text) in [("/data/rooms", "3"), ("/data/room[3]/use", "储藏"), ("/data/rooms", "1")] {
        filling.set(path, text).unwrap();
    }
    record.save(filling.answers(), true);
    assert_eq!(
        record.resume().aside().values().flatten().collect::<Vec<_>>(),
        ["储藏"],
        "it is shown that it is there"
    );
    filling.set("/data/rooms", "3").unwrap();
    assert_eq!(answer(&filling, "/data/room[3]/use"), "储藏");
    record.save(filling.answers(), true);
    assert_eq!(answer(&record.resume(), "/data/room[3]/use"), "储藏");
}

#[test]
fn what_cannot_be_answered_is_refused_with_its_place() {
    let mut filling = Filling::begin(form(), situation(7), SUBMISSION);
    let codes = [
        filling.set("/data/nowhere", "x"),
        filling.set("/data/person[4]/name", "x"),
        filling.set("/data/landlord", "x"),
        filling.set("/data/person", "x"),
        filling.add_copy("/data/room", id(1)).map(drop),
        filling.remove_copy("/data/kind"),
    ]
    .map(|said| said.unwrap_err().code());
    assert_eq!(codes, ["no_question", "no_question", "question_not_asked", "no_question", "counted", "no_question"]);
    filling.set("/data/rooms", "12").unwrap();
    filling.set("/data/rented", "yes").unwrap();
    let problems = filling.finish();
    let told: Vec<_> = problems.iter().map(|p| (p.path.as_str(), p.code, p.message.as_deref())).collect();
    assert_eq!(told, [("/data/landlord", "required", None), ("/data/rooms", "constraint", Some("少一点"))]);
}
