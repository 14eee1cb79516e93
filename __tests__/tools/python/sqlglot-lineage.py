"""Column lineage by sqlglot: reads a question a line as JSON, answers each with a line.

A question is {"id", "sql", "schema": {"catalog.schema.table": {"column": "type"}}}; its answer is {"id", "columns":
[["name", [["catalog.schema.table", "column"], ...]], ...], "star"}, or {"id", "error"}.
"""

import json
import logging
import signal
import sys

import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

logging.disable(logging.CRITICAL)
sys.setrecursionlimit(20000)
DIALECT = "databricks"
SECONDS = 60


def answer(question):
    known = {}
    for name, columns in question["schema"].items():
        parts = name.split(".")
        if len(parts) == 3 and columns:
            place = known.setdefault(parts[0], {}).setdefault(parts[1], {})
            place[parts[2]] = {column: kind or "unknown" for column, kind in columns.items()}
    schema = MappingSchema(known, dialect=DIALECT)
    statement = sqlglot.parse_one(question["sql"], dialect=DIALECT)
    qualified = qualify(
        statement, dialect=DIALECT, schema=schema, validate_qualify_columns=False, identify=False, quote_identifiers=False
    )
    scope = build_scope(qualified)
    names = qualified.named_selects
    if "*" not in names and len(names) == len(set(names)):
        nodes = lineage(None, qualified, schema, dialect=DIALECT, scope=scope, trim_selects=False)
    else:
        nodes = {
            name: lineage(name, qualified, schema, dialect=DIALECT, scope=scope, trim_selects=False)
            for name in names
            if name != "*"
        }
    columns = [[name.lower(), sorted(set(leaves(nodes[name])))] for name in names if name != "*"]
    return {"id": question["id"], "columns": columns, "star": "*" in names}


def leaves(node):
    for each in node.walk():
        if each.downstream or each.name == "*" and not isinstance(each.expression, exp.Table):
            continue
        name = exp.to_column(each.name, dialect=DIALECT).name if "." in each.name else each.name
        if isinstance(each.expression, exp.Table):
            yield ".".join(part.name for part in each.expression.parts).lower(), name.lower()
        elif isinstance(each.expression, exp.Placeholder):
            yield "?", name.lower()


def late(*_):
    raise TimeoutError(f"no answer in {SECONDS} s")


signal.signal(signal.SIGALRM, late)
for line in sys.stdin:
    question = json.loads(line)
    try:
        signal.alarm(SECONDS)
        result = answer(question)
    except Exception as error:  # whatever it is, the other questions are answered
        result = {"id": question["id"], "error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        signal.alarm(0)
    print(json.dumps(result), flush=True)
