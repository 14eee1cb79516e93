"""dbt-core as a reader: writes its own manifest of each project, then compares it with ours as the state of an earlier run.

usage: read_by_dbt.py FOLDER...

A FOLDER, a full path, holds `project` and `ours/manifest.json`; `dbt/manifest.json` is written there. Prints, by folder, what each selection
of `dbt ls --state ours` gives. One process, since dbt takes seconds to start.
"""
import json
import os
import sys

from dbt.cli.main import dbtRunner

# A state without the macros that come with dbt makes each node that calls one modified, so `state:modified.macros` is left out.
SELECTIONS = {
    "differs": [
        "state:new",
        "state:modified.body",
        "state:modified.configs",
        "state:modified.relation",
        "state:modified.persisted_descriptions",
        "state:modified.contract",
    ],
    "known": ["state:old"],
    "all": ["fqn:*", "source:*"],
}


def dbt(*arguments):
    result = dbtRunner().invoke(["--quiet", "--no-send-anonymous-usage-stats", *arguments])
    if not result.success:
        raise SystemExit(f"dbt {' '.join(arguments)}: {result.exception}")
    return result.result


def read(folder):
    project, target = os.path.join(folder, "project"), os.path.join(folder, "dbt")
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", target, "--log-path", target]
    dbt("parse", "--no-partial-parse", *places)
    state = ["--state", os.path.join(folder, "ours")]
    return {name: sorted(dbt("ls", *places, *state, "--select", *words)) for name, words in SELECTIONS.items()}


if __name__ == "__main__":
    # dbt prints what it lists.
    output, sys.stdout = sys.stdout, sys.stderr
    json.dump({folder: read(folder) for folder in sys.argv[1:]}, output)
