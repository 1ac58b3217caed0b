//! `cargo demo`: a server, a county, some phones with made-up people, and the proof that they come to agree.
//!
//! Owns the order of a run and its last line. Refuses to reach into phones and server but by their own doors. Invariant:
//! whatever ends the run, the server is stopped and the folder is gone; the exit code is 0 only if what was to be proved
//! is true.

mod canvass;
mod city;
mod compare;
mod crew;
mod daily;
mod duty;
mod errands;
mod error;
mod office;
mod options;
mod people;
mod phone;
mod register;
mod sabotage;
mod screen;
mod seeding;
mod story;
mod summary;
mod tally;
mod town;
mod upkeep;
mod words;

use crate::city::{City, GRIDS_A_VILLAGE};
use crate::crew::{ADMIN, Crew, PASSWORD};
use crate::error::Result;
use crate::office::Office;
use crate::options::Options;
use crate::screen::{Screen, Tone, pad};
use crate::story::{ROUNDS, Story};
use crate::summary::Summary;
use crate::words::Words;
use clap::Parser as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long a run that goes on waits before each sync.
const PACE: Duration = Duration::from_millis(900);

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return failed(&fault.to_string()),
    };
    match runtime.block_on(run(&options)) {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(fault) => failed(&fault.chain()),
    }
}

/// A fault is neither true nor false: it has an exit code of its own.
fn failed(said: &str) -> ExitCode {
    // Nothing can be done when even stderr is closed.
    drop(writeln!(std::io::stderr(), "error: {said}"));
    ExitCode::from(2)
}

/// Runs to the end, by itself or by Ctrl-C, and cleans up either way.
async fn run(options: &Options) -> Result<bool> {
    let started = Instant::now();
    let screen = Screen::new(Words::new(options.lang.as_deref()));
    screen.say(Tone::Strong, "title", &[("seed", &options.seed.to_string())])?;
    screen.say(Tone::Quiet, "building", &[])?;
    let stop = gridwalk_server::serving::stop_asked();
    tokio::pin!(stop);
    let program = tokio::select! {
        built = office::build() => built?,
        () = &mut stop => return Ok(true),
    };
    let mut office = Office::new(program, &screen.words)?;
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let city = City::plan(&mut rng, crew::grids_for(options.phones), options.residents)?;
    let played = tokio::select! {
        done = open(&mut office, &city, options, &mut rng, &screen) => Some(done?),
        () = &mut stop => None,
    };
    let Some(crew) = played else {
        return interrupted(office, options, &screen).await;
    };
    let played = tokio::select! {
        done = play(&office, crew, &city, options, rng, &screen) => Some(done?),
        () = &mut stop => None,
    };
    let Some(crew) = played else {
        return interrupted(office, options, &screen).await;
    };
    let stopped_well = office.stop().await?;
    let summary = Summary::of(&office, &crew, &city, options)?.taking(started.elapsed());
    drop(crew);
    office.clear()?;
    summary.tell(&screen)?;
    if options.json {
        summary.print()?;
    }
    Ok(summary.is_good() && stopped_well)
}

/// Stops the server, takes the folder away, says so; nothing was compared, so nothing is said of that.
async fn interrupted(mut office: Office, options: &Options, screen: &Screen) -> Result<bool> {
    screen.line(Tone::Plain, "")?;
    let well = office.stop().await?;
    let counted = if options.json { Some(summary::counts_alone(&office)) } else { None };
    office.clear()?;
    screen.say(Tone::Good, "stopped", &[])?;
    if let Some(counted) = counted {
        writeln!(std::io::stdout(), "{counted}")?;
    }
    Ok(well)
}

/// Sets the server up and enrols everybody.
async fn open(
    office: &mut Office,
    city: &City,
    options: &Options,
    rng: &mut ChaCha8Rng,
    screen: &Screen,
) -> Result<Crew> {
    office.init(ADMIN, &people::name(rng), PASSWORD).await?;
    let imported = office.import(GRIDS_A_VILLAGE).await?;
    let count = |level: &str| imported["counts"][level].as_u64().unwrap_or_default().to_string();
    let gaps = [("townships", &*count("township")), ("villages", &count("village")), ("grids", &count("grid"))];
    screen.say(Tone::Plain, "imported", &gaps)?;
    duty::set_up(office, city, rng).await?;
    office.serve().await?;
    screen.say(Tone::Plain, "serving", &[("address", office.address())])?;
    let posts = crew::posts(rng, city, options.phones);
    let crew = crew::hire(office, posts).await?;
    screen.say(Tone::Plain, "logins", &[("login", ADMIN), ("password", PASSWORD)])?;
    for phone in &crew.phones {
        let role = screen.words.of("role", phone.post.role.name());
        let (login, name) = (pad(&phone.post.login, 12), pad(&phone.post.name, 8));
        screen.line(Tone::Plain, &format!("    {login}{name}{}{}", pad(&role, 30), phone.post.unit_name))?;
    }
    if !options.ends()
        && let Some(somebody) = crew.phones.get(crew::SUPERVISOR)
    {
        let code = crew::enrolment_code(office, &somebody.post.login).await?;
        let gaps = [("name", &*somebody.post.name), ("address", office.address()), ("code", &code)];
        screen.say(Tone::Plain, "own_phone", &gaps)?;
    }
    screen.line(Tone::Plain, "")?;
    Ok(crew)
}

/// Seeds the city and plays: some rounds and the rest, or for ever.
async fn play(
    office: &Office,
    mut crew: Crew,
    city: &City,
    options: &Options,
    rng: ChaCha8Rng,
    screen: &Screen,
) -> Result<Crew> {
    let (residents, grids) = (city.residents().to_string(), city.grids.len().to_string());
    screen.say(Tone::Quiet, "seeding_line", &[("n", &residents), ("grids", &grids)])?;
    let town = seeding::seed(&mut crew, city, screen, options.sabotage).await?;
    let pace = if options.ends() { Duration::ZERO } else { PACE };
    let mut story = Story { office, crew, town, screen, rng, pace };
    let mut round = 1;
    while !options.ends() || round <= ROUNDS {
        story.round(round).await?;
        round += 1;
    }
    story.rest().await?;
    Ok(story.crew)
}
