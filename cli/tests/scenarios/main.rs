//! Scenarios: what happens to people who work with Gridwalk, through the programs themselves and real sync.
//!
//! Owns one module a scenario; the test bears the scenario's name, by which `docs/systems.md` speaks of it. Refuses
//! shortcuts: whoever is offline in the story has no server in the test. Invariant: every scenario ends with what stands
//! on the phones and on the server.

#![allow(clippy::unwrap_used, reason = "a test stops at the first answer that is not what it must be")]

#[path = "../street/mod.rs"]
mod street;

mod a_form_in_a_spreadsheet;
mod a_month_in_numbers;
mod a_month_locked;
mod a_patrol;
mod a_poster_on_the_gate;
mod a_shed;
mod a_weekend_of_volunteers;
mod an_enterprise;
mod by_many_lines;
mod care_visit;
mod dated_tables;
mod deleted;
mod door_plate;
mod doors_unseen;
mod empty_posts;
mod enrolled_anew;
mod forgotten_on_request;
mod forgotten_pin;
mod from_workbooks;
mod great_round;
mod handed_over;
mod imported;
mod incident_plans;
mod inspected;
mod ledger;
mod not_for_everybody;
mod notices;
mod office_tables;
mod one_form_two_phones;
mod own_certificate;
mod pictures;
mod practised;
mod redrawn_grids;
mod rented_home;
mod returned;
mod said_plainly;
mod same_matter;
mod sensitive_field;
mod settled;
mod shahang;
mod small_units;
mod small_works;
mod stairwell_census;
mod tasks_from_above;
mod ten_cylinders;
mod the_tower;
mod told;
mod trained_first;
mod twice_in_one_place;
mod twice_one_estate;
mod two_clocks;
mod two_grids_one_person;
mod undone;
mod whom_to_call;
mod work_list;
