//! Where entities stand: each in a group, a repeat or the form itself, so that all that it refers to can be found.
//!
//! Owns the choice of the place. Refuses references that no one place sees. Invariant: a container holds one entity.

use super::draft::{Draft, DraftAction, Kind, NEW_REPEAT};
use super::entities::{Declaration, Declarations};
use super::refusal::{Code, Refusal};
use std::collections::HashMap;

/// A container on the way from the form to a question: whether it repeats, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) repeats: bool,
    pub(super) name: String,
}

/// The containers from the form to a question; none for the form itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Path(pub(super) Vec<Step>);

impl Path {
    /// The innermost repeat around it, or the form.
    fn scope(&self) -> Path {
        let length = self.0.iter().rposition(|step| step.repeats).map_or(0, |place| place + 1);
        self.first(length)
    }

    fn first(&self, length: usize) -> Path {
        Path(self.0[..length].to_vec())
    }

    /// How many repeats are around it.
    pub(super) fn repeats(&self) -> usize {
        self.0.iter().filter(|step| step.repeats).count()
    }

    /// How many groups lie between its innermost repeat and it.
    fn groups(&self) -> usize {
        self.0.iter().rev().take_while(|step| !step.repeats).count()
    }

    fn text(&self) -> String {
        self.0.iter().fold("/survey".to_owned(), |text, step| text + "/" + &step.name)
    }
}

/// That a question, or a value saved, belongs to an entity.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) path: Path,
    pub(super) row: u32,
    pub(super) property: Option<String>,
    pub(super) question: Option<String>,
}

/// The place that an entity asks for.
struct Request {
    place: usize,
    scope: Path,
    wanted: Path,
    /// Where its values are saved from, each once.
    saved: Vec<Path>,
}

/// Puts every entity where it belongs. Gives the edition of the entities specification that is needed.
pub(super) fn place(mut declarations: Declarations, form: &mut Draft) -> Result<&'static str, Refusal> {
    let places = allocate(&declarations)?;
    let repeated = places.keys().any(|path| path.repeats() > 0);
    let edition = if declarations.all.len() > 1 || repeated { "2025.1.0" } else { "2024.1.0" };
    inject(form, &Path::default(), &places, &mut declarations.all, false);
    Ok(edition)
}

fn request(declarations: &Declarations, place: usize) -> Result<Request, Refusal> {
    let declaration = &declarations.all[place];
    let (mut scope_use, mut deepest, mut saved_deepest) = (None::<&Use>, None::<&Use>, None::<&Use>);
    let mut saved: Vec<Path> = Vec::new();
    for own in &declaration.uses {
        let scope = own.path.scope();
        let current = scope_use.map(|other| other.path.scope());
        if current.as_ref().is_none_or(|current| scope.repeats() > current.repeats()) {
            if current.as_ref() != Some(&scope) {
                deepest = Some(own);
                if own.property.is_some() {
                    saved_deepest = Some(own);
                }
            }
            scope_use = Some(own);
        }
        let in_scope = scope_use.is_some_and(|other| other.path.scope() == scope);
        if deepest.is_none_or(|other| in_scope && own.path.groups() > other.path.groups()) {
            deepest = Some(own);
        }
        if own.property.is_some() {
            if !saved.contains(&own.path) {
                saved.push(own.path.clone());
            }
            if saved_deepest.is_none_or(|other| in_scope && own.path.groups() > other.path.groups()) {
                saved_deepest = Some(own);
            }
        }
    }
    let scope = scope_use.map(|own| own.path.scope()).unwrap_or_default();
    let wanted = match saved_deepest {
        None => deepest.map(|own| own.path.clone()).unwrap_or_default(),
        Some(_) if saved.len() == 1 => saved[0].clone(),
        Some(own) => wanted(&own.path.scope(), &common(&saved)),
    };
    look_at_scopes(declaration, scope_use, &scope, &wanted)?;
    Ok(Request { place, scope, wanted, saved })
}

/// What all paths begin with.
fn common(paths: &[Path]) -> Path {
    let shared = |length: &usize| paths.iter().all(|path| path.0.get(..*length) == paths[0].0.get(..*length));
    let shortest = paths.iter().map(|path| path.0.len()).min().unwrap_or_default();
    paths[0].first((0..=shortest).rev().find(shared).unwrap_or_default())
}

fn wanted(scope: &Path, common: &Path) -> Path {
    let depth = |path: &Path| (path.repeats(), path.groups());
    if depth(common) > depth(scope) { common.clone() } else { scope.clone() }
}

fn look_at_scopes(
    declaration: &Declaration,
    scope_use: Option<&Use>,
    scope: &Path,
    wanted: &Path,
) -> Result<(), Refusal> {
    for own in &declaration.uses {
        let boundary = own.path.scope();
        let outside = scope.0.get(..boundary.0.len()) != Some(boundary.0.as_slice());
        let elsewhere = own.property.is_some() && wanted.scope() != boundary;
        if !outside && !elsewhere {
            continue;
        }
        let other = if outside { scope_use.map(|own| own.path.text()).unwrap_or_default() } else { wanted.text() };
        let refusal = match &own.question {
            Some(question) if own.property.is_none() => {
                Refusal::new(Code::EntityScope).at("entities", declaration.row, "").with("name", question.clone())
            }
            _ => Refusal::survey(Code::SaveToScope, own.row, "save_to"),
        };
        return Err(refusal.with("list", declaration.list.clone()).with("other", other).with("scope", own.path.text()));
    }
    Ok(())
}

/// Which entity stands where.
fn allocate(declarations: &Declarations) -> Result<HashMap<Path, usize>, Refusal> {
    let mut requests: Vec<Request> = Vec::new();
    for place in &declarations.used {
        requests.push(request(declarations, *place)?);
    }
    for place in (0..declarations.all.len()).filter(|place| !declarations.used.contains(place)) {
        requests.push(Request { place, scope: Path::default(), wanted: Path::default(), saved: Vec::new() });
    }
    if let [only] = requests.as_slice()
        && only.scope.0.is_empty()
    {
        return Ok(HashMap::from([(Path::default(), only.place)]));
    }
    let mut scopes: Vec<Path> = Vec::new();
    for request in &requests {
        if !scopes.contains(&request.scope) {
            scopes.push(request.scope.clone());
        }
    }
    let (mut given, mut reserved) = (HashMap::new(), HashMap::new());
    for scope in scopes {
        let mut own: Vec<&Request> = requests.iter().filter(|request| request.scope == scope).collect();
        own.sort_by_key(|request| declarations.all[request.place].row);
        for request in own {
            give(request, declarations, &mut given, &mut reserved)?;
        }
    }
    Ok(given)
}

fn give(
    request: &Request,
    declarations: &Declarations,
    given: &mut HashMap<Path, usize>,
    reserved: &mut HashMap<Path, usize>,
) -> Result<(), Refusal> {
    let mut conflict = None;
    for length in (request.scope.0.len()..=request.wanted.0.len()).rev() {
        let path = request.wanted.first(length);
        conflict = given.get(&path).or_else(|| reserved.get(&path)).copied();
        if conflict.is_none() {
            given.insert(path.clone(), request.place);
            reserved.insert(path, request.place);
            for saved in &request.saved {
                for length in (length..=saved.0.len()).rev() {
                    reserved.insert(saved.first(length), request.place);
                }
            }
            return Ok(());
        }
        if let Some(other) = request.saved.first().and_then(|path| reserved.get(path)) {
            conflict = Some(*other);
            break;
        }
    }
    let Some(other) = conflict else { return Ok(()) };
    let declaration = &declarations.all[request.place];
    let refusal = Refusal::new(Code::EntityNoPlace).at("entities", declaration.row, "");
    let refusal = refusal.with("list", declaration.list.clone()).with("scope", request.scope.text());
    Err(refusal.with("other", declarations.all[other].row.to_string()))
}

fn inject(
    container: &mut Draft,
    path: &Path,
    places: &HashMap<Path, usize>,
    declarations: &mut [Declaration],
    mut repeated: bool,
) {
    if let Some(place) = places.get(path) {
        let mut entity = std::mem::take(&mut declarations[*place].draft);
        if repeated
            && let Some(id) = entity.children.iter_mut().find(|child| child.name == "id")
            && let [action] = id.actions.as_slice()
        {
            let action = DraftAction { event: NEW_REPEAT, ..action.clone() };
            id.actions.push(action);
        }
        if entity.name == "entity" {
            container.children.push(Draft::meta(vec![entity]));
        }
    }
    for child in &mut container.children {
        let repeats = child.kind == Kind::Repeat;
        if !repeats && child.kind != Kind::Group {
            continue;
        }
        // Once a repeat came, what follows beside it counts as repeated, too, as the entities' reference importer has it.
        repeated |= repeats;
        let mut inner = path.clone();
        inner.0.push(Step { repeats, name: child.name.clone() });
        if !child.bodyless && places.keys().any(|place| place.0.starts_with(&inner.0)) {
            inject(child, &inner, places, declarations, repeated);
        }
    }
}
