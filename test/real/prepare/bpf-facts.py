#!/usr/bin/env python3
"""What stands in BPF objects, read without abi-lint's code, for a comparison with it.

  bpf-facts.py OBJECT...

Prints one JSON object a line:
  helpers  {number: ["SECTION+OFFSET", ...]}: each instruction of 85 with source register 0 that no relocation fills in, in sections with instructions
  dead     those of them that no function symbol covers
  maps     [name, type]: symbols of sections named maps, maps/* or */maps, with the first 32 bits there
  undefined  {name: weak}: undefined symbols
  licence  the license section up to its NUL, or null
"""
import json
import re
import struct
import sys


def read(path):
    data = open(path, "rb").read()
    table = struct.unpack_from("<Q", data, 40)[0]
    count, names = struct.unpack_from("<HH", data, 60)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + 64 * i) for i in range(count)]

    def text(strings, offset):
        start = headers[strings][4] + offset
        return data[start : data.index(b"\0", start)].decode()

    sections = [(text(names, h[0]), h[1], h[2], data[h[4] : h[4] + h[5]] if h[1] != 8 else b"", h[6], h[7]) for h in headers]
    symbols, relocated = [], set()
    for name, kind, _, body, link, info in sections:
        if kind == 2:
            for at in range(0, len(body), 24):
                offset, bind, _, section, value, size = struct.unpack_from("<IBBHQQ", body, at)
                symbols.append((text(link, offset), bind & 15, bind >> 4, section, value, size))
        elif kind == 9:
            relocated.update((info, struct.unpack_from("<Q", body, at)[0]) for at in range(0, len(body), 16))
    helpers, dead, maps = {}, {}, []
    for index, (name, kind, flags, body, _, _) in enumerate(sections):
        if kind == 1 and flags & 4:
            functions = [(value, value + size) for _, type_, _, section, value, size in symbols if section == index and type_ == 2]
            at = 0
            while at < len(body):
                if body[at] == 0x85 and body[at + 1] >> 4 == 0 and (index, at) not in relocated:
                    number = struct.unpack_from("<i", body, at + 4)[0]
                    alive = any(start <= at < end for start, end in functions)
                    (helpers if alive else dead).setdefault(number, []).append(f"{name}+{at}")
                at += 16 if body[at] == 0x18 else 8
        if kind == 1 and re.search(r"(^|/)maps(/|$)", name):
            maps += [[n, struct.unpack_from("<I", body, value)[0]] for n, type_, _, section, value, _ in symbols if section == index and type_ != 3 and n]
    licence = next((body.split(b"\0")[0].decode() for name, _, _, body, _, _ in sections if name == "license"), None)
    undefined = {n: bind == 2 for n, _, bind, section, _, _ in symbols if section == 0 and n}
    return {"helpers": helpers, "dead": dead, "maps": maps, "undefined": undefined, "licence": licence}


for path in sys.argv[1:]:
    print(json.dumps(read(path)))
