/**
 * What Python runs for a whole deploy: dbt's programmatic invocations, one after the other in one process
 * (https://docs.getdbt.com/reference/programmatic-invocations), so that dbt is loaded and the project parsed once.
 *
 * Argument: a folder. Command number n is its file `n.json`, a list of dbt's arguments; null ends the process. dbt logs to
 * standard output; this script's own lines have the key `session`. Interrupted once, dbt cancels its running statements;
 * being interrupted again would break that off. The end of standard input means that nobody is left who waits for the
 * result: even when the parent was killed, nothing goes on running in the warehouse.
 */
export const sessionScript = `
import sys
sys.path[:] = [path for path in sys.path if path != ""]  # the project's folder holds no modules of ours

import importlib.metadata
import itertools
import json
import os
import shutil
import signal
import threading
import time

folder = sys.argv[1]
parent = os.dup(0)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def tell(**line):
    sys.stdout.write(json.dumps(line) + "\\n")
    sys.stdout.flush()


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def interrupt(*_):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def watch():
    while os.read(parent, 4096):
        pass
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    else:
        import _thread
        _thread.interrupt_main()
    time.sleep(60)
    leave(1)


def leave(status):
    try:
        sys.stdout.flush()
    finally:
        os._exit(status)  # a thread that still waits for the warehouse must not keep the process


def command(number):
    path = os.path.join(folder, f"{number}.json")
    while not os.path.exists(path):
        time.sleep(0.02)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def serve():
    from dbt.cli.main import dbtRunner

    manifest = None
    for number in itertools.count():
        args = command(number)
        if args is None:
            return 0
        result = dbtRunner(manifest=manifest).invoke(args)
        if args[0] == "parse" and result.success:
            manifest = result.result
        error = result.exception
        tell(session="done", success=result.success, error=None if error is None else f"{type(error).__name__}: {error}")
        if isinstance(error, KeyboardInterrupt):
            return 130


signal.signal(signal.SIGINT, interrupt)
tell(session="ready", pid=os.getpid(), core=version("dbt-core"), databricks=version("dbt-databricks"))
threading.Thread(target=watch, daemon=True).start()
try:
    status = serve()
except KeyboardInterrupt:
    status = 130
except BaseException as error:
    tell(session="failed", error=f"{type(error).__name__}: {error}")
    status = 1
if os.fstat(1).st_rdev == os.stat(os.devnull).st_rdev:
    shutil.rmtree(folder, ignore_errors=True)
leave(status)
`
