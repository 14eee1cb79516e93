"""Reads a JSON list of argument lists for `dbt ls` from standard input; writes what dbt lists for each, null where it refuses, to a file.

Arguments: the project's folder, the file. The project is parsed once.
"""

import json
import os
import sys

os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
from dbt.cli.main import dbtRunner  # noqa: E402

folder, answers = sys.argv[1:]
places = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", f"{folder}/target", "--log-path", folder]
parsed = dbtRunner().invoke(["--quiet", "parse", "--no-partial-parse", *places])
if not parsed.success:
    raise SystemExit(str(parsed.exception))


def listed(arguments):
    answer = dbtRunner(manifest=parsed.result).invoke(["--quiet", "ls", *arguments, *places])
    return answer.result if answer.success else None


found = [listed(arguments) for arguments in json.load(sys.stdin)]
with open(answers, "w", encoding="utf-8") as out:
    json.dump(found, out)
