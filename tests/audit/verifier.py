#!/usr/bin/env python3
"""Checks a bundle. Written from docs/audit-format.md alone, with the standard library alone: verifier.py FILE
Prints {"intact": true} or the first fault, {"intact": false, "seal": …, "seq": …, "what": …}."""
import hashlib
import json
import sys

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def plus(a, b):
    """Two points of Ed25519 in extended coordinates (RFC 8032, 5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = plus(result, point)
        point, number = plus(point, point), number >> 1
    return result


def point_of(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(public, message, signature):
    try:
        a, r, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    one, other = times(s, BASE), plus(r, times(h, a))
    return s < L and all((one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1))


def canonical(value):
    """RFC 8785; numbers are integers."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).digest()


def root_of(leaves):
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


class Fault(Exception):
    pass


def demand(is_so, what, seal=None, seq=None):
    if not is_so:
        raise Fault(what, seal, seq)


class Chain:
    def __init__(self, head):
        self.head, self.keys, self.purges, self.anchors = head, {}, [], []
        self.number, self.last_seq, self.hash, self.open, self.counts = 0, 0, "0" * 64, None, {"seal": 0, "entry": 0}

    def counts_key(self, key_id, seen=()):
        key = self.keys.get(key_id)
        if not key or sha256(bytes.fromhex(key["publicKey"])).hex()[:16] != key_id or key_id in seen:
            return False
        if key_id == next(iter(self.keys)):
            return True
        older, text = key["endorsedBy"], f"postwatch audit key {key_id}".encode()
        return self.counts_key(older, (*seen, key_id)) and is_signed(
            bytes.fromhex(self.keys[older]["publicKey"]), text, bytes.fromhex(key["endorsement"])
        )

    def purge(self, line):
        (year, month), (at_year, at_month) = (map(int, line[name].split("-")[:2]) for name in ("month", "at"))
        demand((at_year - year) * 12 + at_month - month > 3, "not three months after its end", line["firstSeal"])
        self.purges.append(line)

    def seal(self, line):
        seal, n = line["seal"], line["seal"]["number"]
        demand(n <= self.number + 1, "seals are missing", self.number + 1)
        demand(n == self.number + 1, "the seal is there twice", n)
        demand(seal["chain"] == self.head["chain"], "another chain", n)
        first, last, count = seal["firstSeq"], seal["lastSeq"], seal["count"]
        demand(first == self.last_seq + 1 and last == first + count - 1 and count > 0, "wrong range", n)
        demand(seal["previous"] == self.hash, "does not follow", n)
        demand(self.counts_key(seal["keyId"]), "the key does not count", n)
        text, public = canonical(seal).encode(), bytes.fromhex(self.keys[seal["keyId"]]["publicKey"])
        demand(is_signed(public, text, bytes.fromhex(line["signature"])), "not what was signed", n)
        self.number, self.last_seq, self.hash = n, last, sha256(text).hex()
        demand(all(a["hash"] == self.hash for a in self.anchors if a["number"] == n), "not as anchored", n)
        self.open = (seal, line["leaves"], set())

    def entry(self, line):
        seal, leaves, seen = self.open or ({"firstSeq": 0, "number": None}, None, set())
        seq, body, at = line["seq"], line["body"], line["seq"] - seal["firstSeq"]
        place = (seal["number"], seq)
        demand(leaves and 0 <= at < len(leaves), "no place", *place)
        demand(seq not in seen, "twice", *place)
        seen.add(seq)
        demand(leaves[at] == sha256(canonical(body)).hex(), "not what was sealed", *place)
        demand((body["tenantId"] or "00000000-0000-0000-0000-000000000000") == self.head["chain"], "moved", *place)
        for value in line["revealed"]:
            stands = body
            for part in value["path"]:
                stands = stands[part]
            text = value["value"] if isinstance(value["value"], str) else canonical(value["value"])
            demand(stands == {"sha256": sha256(bytes.fromhex(value["salt"]) + text.encode()).hex()}, "revealed", *place)

    def close(self):
        if not self.open:
            return
        (seal, leaves, seen), self.open = self.open, None
        n = seal["number"]
        purged = any(p["month"] == seal["month"] and p["firstSeal"] <= n <= p["lastSeal"] for p in self.purges)
        purged = purged and leaves is None
        if self.head["filter"] is None and not purged:
            for seq in range(seal["firstSeq"], seal["lastSeq"] + 1):
                demand(leaves and seq in seen, "missing", n, seq)
        if leaves and None not in leaves:
            demand(len(leaves) == seal["count"], "count", n)
            demand(root_of([bytes.fromhex(leaf) for leaf in leaves]).hex() == seal["root"], "root", n)

    def end(self, line):
        newest = max((a["number"] for a in self.anchors), default=0)
        demand(newest <= self.number, "the end is cut", self.number + 1)
        demand(line and self.counts == {"seal": line["seals"], "entry": line["entries"]}, "the file is cut")


def check(lines):
    chain, last = Chain(json.loads(next(lines))), None
    for line in map(json.loads, lines):
        kind = line["type"]
        if kind in ("seal", "end"):
            chain.close()
        if kind in chain.counts:
            chain.counts[kind] += 1
        if kind in ("seal", "entry", "purge"):
            getattr(chain, kind)(line)
        elif kind == "key":
            chain.keys.setdefault(line["keyId"], line)
        elif kind == "anchor":
            chain.anchors.append(line)
        last = line
    chain.close()
    chain.end(last if last and last["type"] == "end" else None)


try:
    with open(sys.argv[1], encoding="utf-8") as file:
        check(file)
    print(json.dumps({"intact": True}))
except Fault as fault:
    what, seal, seq = fault.args
    print(json.dumps({"intact": False, "seal": seal, "seq": seq, "what": what}))
    sys.exit(1)
