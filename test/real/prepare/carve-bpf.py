#!/usr/bin/env python3
"""Carves BPF objects (ELF, 64 bit, little-endian, ET_REL, e_machine 247) out of every file below a folder.

  carve-bpf.py WORKDIR FOLDER OUT

Writes WORKDIR/OUT/NAME.bpf.o and prints for each, tab-separated: OUT/NAME.bpf.o, the file it stands in (below WORKDIR), offset, size.
An object's end is the end of its section headers or of its last section, whichever is later. Shares no code with abi-lint, which is held against it.
"""
import os
import struct
import sys

work, folder, out = sys.argv[1:4]
MAGIC = b"\x7fELF\x02\x01\x01"


def size_of(data, at):
    """Bytes of the object whose header stands at `at`, or None where it is none."""
    if at + 64 > len(data):
        return None
    kind, machine = struct.unpack_from("<HH", data, at + 16)
    if (kind, machine) != (1, 247):
        return None
    table = struct.unpack_from("<Q", data, at + 40)[0]
    entry, count = struct.unpack_from("<HH", data, at + 58)
    if entry != 64 or count == 0 or at + table + 64 * count > len(data):
        return None
    end = table + 64 * count
    for index in range(count):
        header = at + table + 64 * index
        section_type = struct.unpack_from("<I", data, header + 4)[0]
        offset, size = struct.unpack_from("<QQ", data, header + 24)
        if section_type not in (0, 8):  # SHT_NULL, SHT_NOBITS
            end = max(end, offset + size)
    return end if at + end <= len(data) else None


taken = set()
for path, folders, files in os.walk(os.path.join(work, folder)):
    folders.sort()
    for file in sorted(files):
        full = os.path.join(path, file)
        if os.path.islink(full) or not os.path.isfile(full):
            continue
        with open(full, "rb") as handle:
            data = handle.read()
        at, number = data.find(MAGIC), 0
        while at >= 0:
            size = size_of(data, at)
            if size is None:
                at = data.find(MAGIC, at + 1)
                continue
            stem = file[: -len(".bpf.o")] if file.endswith(".bpf.o") else file[:-2] if file.endswith(".o") else file
            name = stem if number == 0 else f"{stem}-{number}"
            while name in taken:
                name += "_"
            taken.add(name)
            number += 1
            target = os.path.join(out, name + ".bpf.o")
            os.makedirs(os.path.join(work, out), exist_ok=True)
            with open(os.path.join(work, target), "wb") as handle:
                handle.write(data[at : at + size])
            print(target, os.path.relpath(full, work), at, size, sep="\t")
            at = data.find(MAGIC, at + size)
