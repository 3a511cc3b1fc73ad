#!/usr/bin/env python3
"""Since which kernel system calls and ptrace(2) requests exist: prints rules/data/since.yaml, from Debian's manual pages.

  since.py WORKDIR

Fetches manpages-dev of SUITE with suite.sh, and reads syscalls(2), the HISTORY of a call's own page where that table has it not, and ptrace(2).
The names are those of the x86-64 table of the newest release in rules/history; what no page has gets the first release there that has it.
"""

import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys

SUITE = "sid"
HERE = pathlib.Path(__file__).resolve().parent
HISTORY = HERE / "../../../rules/history/amd64.exports"


def page(folder, name):
    """A manual page without comments; empty where there is none."""
    path = folder / f"usr/share/man/man2/{name}.2.gz"
    if not path.exists():
        return ""
    text = gzip.open(path, "rt").read()
    redirect = re.match(r"\.so man2/(\w+)\.2", text)
    return page(folder, redirect[1]) if redirect else re.sub(r'(?m)^\.\\".*\n', "", text)


def table_of_syscalls(text):
    """The column "Kernel" of syscalls(2) by name; of several series the newest one, which the page names first."""
    table = re.search(r"(?s)^\.TS\n(.*?)^\.TE", text, re.M)[1]
    # A cell of several lines, T{ … T}, made one line; fonts dropped.
    table = re.sub(r"(?s)T\{\n(.*?)\nT\}", lambda cell: " ".join(cell[1].split("\n")), table)
    table = re.sub(r"\\f\[?[A-Z]*\]?|^\.BR ", "", table, flags=re.M)
    rows = re.findall(r"(?m)^(\w+) ?\(2\)\t([^\t\n]*)", table)
    return {name: since.split(";")[0].strip() for name, since in rows if since.strip()}


def own_history(text, name):
    """What the HISTORY of a page says of a call: "Linux 6.5." alone, or below the call's name where there are several."""
    history = re.search(r"(?ms)^\.SH HISTORY\n(.*?)^\.SH ", text)
    if not history:
        return None
    section = history[1]
    own = re.search(rf"(?ms)^\.TP\n\.BR? {name} ?(?:\(\))?\n(.*?)(?=^\.TP|\Z)", section)
    if not own and ".TP" in section:
        return None
    since = re.match(r"Linux (\d+\.[\d.]*\d)", own[1] if own else section)
    return since[1] if since else None


def ptrace_requests(text):
    """The requests of ptrace(2) with "(since Linux …)"; those that share a paragraph (.TQ) share it."""
    found = {}
    for block in re.findall(r"(?m)^\.TP\n((?:\.BR? .*\n(?:\.TQ\n)?)+)", text):
        since = re.search(r"\(since Linux ([\d.]+\d(?:-\w+)?)", block)
        for name in re.findall(r"(?m)^\.BR? (PTRACE_\w+)", block):
            if since and not re.match(r"PTRACE_(O|EVENT|MODE|SYSCALL_INFO)_", name):
                found[name] = since[1]
    return found


def history_of_syscalls():
    """The x86-64 system calls of the newest release of rules/history, each with the number of the first release that has it (layout.ts says how)."""
    data = HISTORY.read_bytes()
    length = struct.unpack_from("<I", data, 16)[0]
    header = json.loads(data[24 : 24 + length])
    base = 24 + length + (-length & 3)
    table = header["tables"]["syscalls"]

    def listed(span):
        first = base + span["at"]
        offsets = struct.unpack_from(f"<{span['count'] + 1}I", data, first)
        text = first + 4 * (span["count"] + 1)
        return [data[text + a : text + b] for a, b in zip(offsets, offsets[1:])]

    def changes(vector):
        release, numbers, value, shift = 0, [], 0, 0
        for byte in vector:
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                numbers.append(value)
                value = shift = 0
        for step, text in zip(numbers[::2], numbers[1::2]):
            release += step
            yield release, text

    names, vectors, width = listed(table["names"]), listed(table["vectors"]), len(table["attributes"])
    found = {}
    for index, name in enumerate(names):
        vector = struct.unpack_from("<I", data, base + table["rows"] + 4 * index * width)[0]
        states = [(release, text) for release, text in changes(vectors[vector - 1])] if vector else []
        if states and states[-1][1]:
            found[name.decode()] = next(release for release, text in states if text)
    return found, [release["name"] for release in header["releases"]]


def main():
    work = pathlib.Path(sys.argv[1])
    fetched = subprocess.run(
        [HERE / "suite.sh", work, SUITE, "amd64", f"man-{SUITE}", "manpages-dev"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    folder = work / f"man-{SUITE}"
    table = table_of_syscalls(page(folder, "syscalls"))
    syscalls, releases = history_of_syscalls()
    pages = {name: table.get(name) or own_history(page(folder, name), name) for name in syscalls}
    rest = {name: releases[first] for name, first in syscalls.items() if not pages[name] and first > 0}

    def print_map(key, values):
        print(f"{key}:")
        for name, since in sorted(values.items()):
            print(f'  {name}: "{since}"')

    print(f"# Since which Linux version a program may use it. Made by test/real/prepare/since.py from {fetched}.")
    print("# syscalls: the x86-64 system calls of the newest release in rules/history, as syscalls(2) says, or the HISTORY of the call's own page.")
    print('# "1.0" is 1.0 or earlier; of a development series the stable one that followed; a call that older series got too has the newer one.')
    print("# seen: what no page has, by the first release in rules/history that has it; the release before has it not.")
    print("# ptrace-requests: what ptrace(2) says; a request that is not here is one of which the page says nothing.")
    print_map("syscalls", {name: since for name, since in pages.items() if since})
    print_map("seen", rest)
    print_map("ptrace-requests", ptrace_requests(page(folder, "ptrace")))


main()
