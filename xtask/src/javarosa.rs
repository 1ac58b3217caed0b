//! JavaRosa beside us: programs of a few lines that run in it.
//!
//! Owns finding Java and Maven and asking for the class path. Refuses to ship anything of it: Maven brings it. Invariant:
//! where it cannot run there is a reason, in words.

use crate::child::{self, Echo, Ended, Outcome};
use std::path::Path;
use std::process::{Command, Stdio};

/// Where our programs for it stand.
const FOLDER: &str = "xtask/javarosa";

/// JavaRosa, ready to run programs.
pub struct JavaRosa {
    class_path: String,
}

impl JavaRosa {
    /// Looks for what is needed, and lets Maven bring the rest.
    pub fn find(scratch: &Path) -> std::io::Result<Result<JavaRosa, String>> {
        for tool in ["java", "mvn"] {
            let asked = Command::new(tool).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if !asked.is_ok_and(|status| status.success()) {
                return Ok(Err(format!("{tool} is not there")));
            }
        }
        let (list, project) = (scratch.join("classpath"), child::workspace().join(FOLDER).join("pom.xml"));
        let told = Command::new("mvn")
            .args(["-q", "-B", "-f"])
            .arg(project)
            .arg("dependency:build-classpath")
            .arg(format!("-Dmdep.outputFile={}", list.display()))
            .output()?;
        if !told.status.success() {
            let said = String::from_utf8_lossy(&told.stdout);
            return Ok(Err(format!("Maven brought no JavaRosa: {}", said.lines().next().unwrap_or_default())));
        }
        Ok(Ok(JavaRosa { class_path: std::fs::read_to_string(list)?.trim().to_owned() }))
    }

    /// Runs one of our programs to its end, or for so many seconds.
    pub fn run(
        &self,
        program: &str,
        arguments: &[&str],
        limit: u64,
        echo: Echo,
    ) -> std::io::Result<Result<Outcome, String>> {
        let source = child::workspace().join(FOLDER).join(program);
        let source = source.to_string_lossy();
        let mut command = vec!["java", "-Xmx4g", "-cp", &self.class_path, &*source];
        command.extend(arguments);
        let command: Vec<String> = command.into_iter().map(str::to_owned).collect();
        let outcome = child::run(&command, limit, echo)?;
        Ok(match outcome.ended {
            Ended::Itself(status) if status.success() => Ok(outcome),
            _ => Err(format!("{program} did not end well in JavaRosa")),
        })
    }
}
