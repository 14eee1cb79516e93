"""Renders templates with the real Jinja2, configured as dbt configures it.

Reads a JSON list from the file that is named, one case an item:
  {"kind": "render" | "native" | "blocks", "template": text, "context": Python literal of a dict, "options": {...}}
and writes the list of results to standard output: {"ok": ...} or {"error": [exception, message]}. With dbt-common installed, `native` and `blocks` are
dbt's own functions.
"""

import ast
import json
import re
import resource
import signal
import sys

import jinja2
from jinja2.sandbox import SandboxedEnvironment

EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]
environments = {}


def environment(options):
    key = json.dumps(options, sort_keys=True)
    if key not in environments:
        options = dict(options)
        if options.pop("chainable", False):
            from dbt_common.clients.jinja import create_undefined

            options["undefined"] = create_undefined()
        environments[key] = SandboxedEnvironment(extensions=EXTENSIONS, **options)
    return environments[key]


def kind(case):
    return case.get("kind", "render")


def run(case):
    context = ast.literal_eval(case.get("context") or "{}")
    if kind(case) == "render":
        text = environment(case.get("options") or {}).from_string(case["template"]).render(context)
        return re.sub(r" at 0x[0-9a-f]+>", ">", text)
    from dbt_common.clients import jinja as dbt

    if kind(case) == "native":
        value = dbt.get_environment(native=True).from_string(case["template"]).render(context)
        return repr(str(value) if isinstance(value, str) else value)
    blocks = dbt.extract_toplevel_blocks(
        case["template"], allowed_blocks=set(case["options"]["kinds"]), collect_raw_data=False
    )
    return [[b.block_type_name, b.block_name, b.full_block, b.contents] for b in blocks]


def stop(*_):
    raise TimeoutError('too slow')


def main():
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    signal.signal(signal.SIGALRM, stop)
    results = []
    for case in json.load(open(sys.argv[1])):
        signal.alarm(5)
        try:
            results.append({"ok": run(case)})
        except RecursionError as error:
            results.append({"error": ["RecursionError", "maximum recursion depth exceeded"]})
        except SyntaxError as error:
            results.append({"error": ["TemplateSyntaxError", error.msg]})
        except jinja2.TemplateSyntaxError as error:
            results.append({"error": ["TemplateSyntaxError", error.message]})
        except Exception as error:
            message = re.sub(r"^Compilation Error\n  ", "", str(error)).replace("{{% end", "{% end").replace(" %}}", " %}")
            results.append({"error": ["TemplateSyntaxError" if kind(case) == "blocks" else type(error).__name__, message]})
    json.dump(results, sys.stdout)


main()
