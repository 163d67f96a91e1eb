"""Finds Node.js and Covey's kernel. Uses nothing but Python's standard library."""

import os
import re
import shutil
import subprocess
import sys

KERNEL = os.path.join("node_modules", "@covey", "kernel")
ENTRY = os.path.join("bundle", "kernel.cjs")
OLDEST_NODE = (20, 19)


class NotFound(Exception):
    """What is missing, and how to get it."""


def find_command(connection_file, node_flags, environment=os.environ):
    """The command that runs the kernel for a connection file. Raises NotFound."""
    node = find_node(environment)
    return [node, *node_flags, find_entry(node, environment, os.getcwd()), connection_file]


def find_node(environment):
    """COVEY_NODE, Node.js on the PATH, or one that this Python environment brings."""
    own = os.pathsep.join([os.path.join(sys.prefix, "bin"), sys.prefix])
    named = environment.get("COVEY_NODE")
    node = named or shutil.which("node", path=environment.get("PATH")) or shutil.which("node", path=own)
    if node is None:
        raise NotFound(
            "There is no Node.js on the PATH of the Jupyter server, and the TypeScript kernel runs on it. "
            "Install Node.js 20.19 or newer (from nodejs.org, your system or conda), or name one by COVEY_NODE."
        )
    version = version_of(node)
    if version < OLDEST_NODE:
        found = "is Node.js " + ".".join(map(str, version)) if version else "is no Node.js that runs"
        raise NotFound(f"{node} {found}. The TypeScript kernel needs Node.js 20.19 or newer; COVEY_NODE can name another.")
    return node


def version_of(node):
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    numbers = re.match(r"v(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, numbers.groups())) if numbers else ()


def find_entry(node, environment, folder):
    """COVEY_KERNEL, the package above the notebook's folder, or the one that is installed beside Node.js."""
    named = environment.get("COVEY_KERNEL")
    places = [named] if named else [*packages_above(folder), *global_packages(node, environment)]
    for place in places:
        entry = os.path.join(place, ENTRY)
        if os.path.isfile(entry):
            return os.path.realpath(entry)
    looked = f"It is not in {named}, which COVEY_KERNEL names." if named else f"Looked above {folder} and beside {node}."
    raise NotFound(
        "Covey's kernel is not installed. Run `npm install --global covey @covey/kernel`, "
        f"or `npm install covey @covey/kernel` in the notebook's folder. {looked}"
    )


def packages_above(folder):
    while True:
        yield os.path.join(folder, KERNEL)
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def global_packages(node, environment):
    """Where `npm install --global` puts packages: told by npm's own variable, or beside Node.js and its `npm`."""
    prefixes = [environment.get("npm_config_prefix"), os.path.join(os.path.expanduser("~"), ".npm-global")]
    commands = [node, shutil.which("covey", path=environment.get("PATH"))]
    prefixes += [os.path.dirname(os.path.dirname(command)) for command in commands if command]
    for prefix in filter(None, prefixes):
        yield os.path.join(prefix, "lib", KERNEL)
        # Windows
        yield os.path.join(prefix, KERNEL)
    covey = commands[-1]
    if covey:
        yield from packages_above(os.path.dirname(os.path.realpath(covey)))
