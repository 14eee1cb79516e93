"""Reads a JSON object of name -> files from standard input; prints name -> whether `dbt parse` accepts the project."""

import json
import os
import sys
import tempfile

os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
from dbt.cli.main import dbtRunner  # noqa: E402


def accepts(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = os.path.join(folder, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8") as out:
                out.write(text)
        places = ["--project-dir", "--profiles-dir", "--target-path", "--log-path"]
        flags = [part for place in places for part in (place, folder)]
        return dbtRunner().invoke(["--quiet", "--no-partial-parse", "parse", *flags]).success


answers = {name: accepts(files) for name, files in json.load(sys.stdin).items()}
with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump(answers, out)
