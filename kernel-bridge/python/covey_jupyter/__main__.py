"""Runs the TypeScript kernel: `python -m covey_jupyter CONNECTION_FILE [FLAG_OF_NODE ...]`, as the kernelspec says."""

import os
import subprocess
import sys

from .find import NotFound, find_command


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: python -m covey_jupyter CONNECTION_FILE [FLAG_OF_NODE ...]")
    connection_file, *node_flags = sys.argv[1:]
    try:
        command = find_command(connection_file, node_flags)
    except NotFound as missing:
        print(f"covey: {missing}", file=sys.stderr, flush=True)
        explain(str(missing), connection_file)
        return
    if os.name == "nt":
        sys.exit(subprocess.run(command).returncode)
    # In place of this process: the front end watches, signals and ends the kernel itself.
    os.execv(command[0], command)


def explain(what, connection_file):
    """A kernel that answers each cell with what is missing, where the front end would only see one that died."""
    try:
        from .explaining_kernel import run
    except ImportError:
        sys.exit(1)
    run(what, connection_file)


main()
