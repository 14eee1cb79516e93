"""Reads a JSON list of {files, env}, the first of which is the base, from standard input; writes the models that `dbt ls --select state:modified` names for each of the others."""

import json
import os
import sys
import tempfile

os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
from dbt.cli.main import dbtRunner  # noqa: E402


def invoke(case, folder, *args):
    for path, text in case["files"].items():
        file = os.path.join(folder, path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w", encoding="utf-8", newline="") as out:
            out.write(text)
    before = dict(os.environ)
    os.environ.update(case["env"])
    try:
        places = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", os.path.join(folder, "target")]
        flags = [*places, "--log-path", os.path.join(folder, "logs")]
        return dbtRunner().invoke(["--quiet", "--no-partial-parse", *args, *flags])
    finally:
        os.environ.clear()
        os.environ.update(before)


base, *heads = json.load(sys.stdin)
answers = []
with tempfile.TemporaryDirectory() as before:
    assert invoke(base, before, "parse").success
    for head in heads:
        with tempfile.TemporaryDirectory() as after:
            select = ["--select", "state:modified", "--resource-type", "model", "--output", "name"]
            result = invoke(head, after, "ls", *select, "--state", os.path.join(before, "target"))
            answers.append(sorted(result.result) if result.success else ["failed"])
with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump(answers, out)
