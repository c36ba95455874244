"""Verifies what Whodid publishes without any of its code: written from RFC 6962 and the C2SP specifications alone.

checkpoint  VKEY FILE [WITNESS_VKEY ...]   a signed checkpoint, and who cosigned it
tlog-proof  VKEY FILE LEAFHASH             a proof file for the leaf with this hash (hexadecimal)
consistency VKEY OLD NEW PROOF             two checkpoints, and a file with a base64 hash a line
tiles       VKEY DIRECTORY_OR_URL          `checkpoint` there, against all leaves of level 0
manifest    VKEY FILE [CHECKPOINT]         a manifest, the file beside it, the proof of its rows, its checkpoint
"""
import base64, hashlib, json, re, sys, urllib.request
from collections import deque
from pathlib import Path
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def need(holds, why):
    if not holds: raise ValueError(why)

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def node(left, right):
    return sha256(b"\x01", left, right)

def unbase64(text, length=None):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and len(data) == (length or len(data)), f"not base64 as needed: {text!r}")
    return data

def number(text):
    need(re.fullmatch("0|[1-9][0-9]*", text, re.ASCII), f"not a number as it is written: {text!r}")
    return int(text)

def split(size):  # the largest power of two smaller than size
    return 1 << ((size - 1).bit_length() - 1)

def root_of(leaves):
    if len(leaves) < 2: return leaves[0] if leaves else sha256()
    k = split(len(leaves))
    return node(root_of(leaves[:k]), root_of(leaves[k:]))

def open_note(vkey, data, kind=1):
    """The text, and for each signature by this key the time that it has (0 but for a cosignature)."""
    (name, key_id, key), found = vkey.strip().split("+", 2), []
    key = unbase64(key, 33)
    need(key[0] == kind and sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "a key of another kind or id")
    text, signatures = data.decode().rsplit("\n\n", 1)
    for dash, signer, blob in (line.split(" ") for line in signatures.removesuffix("\n").split("\n")):
        blob = unbase64(blob)
        need(dash == "\u2014" and len(blob) > 4, "not a signature line")
        if signer == name and blob[:4].hex() == key_id:
            need(len(blob) == (76 if kind == 4 else 68), "a signature of another length")
            found.append(int.from_bytes(blob[4:-64], "big"))
            head = f"cosignature/v1\ntime {found[-1]}\n" if kind == 4 else ""
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[-64:], (head + text + "\n").encode())
    need(found, f"{name} did not sign it")
    return text, found

def checkpoint(vkey, data):
    lines = open_note(vkey, data)[0].split("\n")
    need(all(lines), "a line of the checkpoint is empty")
    return lines[0], number(lines[1]), unbase64(lines[2], 32)

def included(leaf, index, size, path):  # the root that the path of RFC 6962 section 2.1.1 leads to
    if size == 1: return leaf
    sibling, k = path.pop(), split(size)
    if index < k: return node(included(leaf, index, k, path), sibling)
    return node(sibling, included(leaf, index - k, size - k, path))

def grown(old, old_root, size, path, whole=True):  # both roots that the proof of section 2.1.2 leads to
    if old == size: return (old_root if whole else path.pop(),) * 2
    sibling, k = path.pop(), split(size)
    if old <= k:
        before, after = grown(old, old_root, k, path, whole)
        return before, node(after, sibling)
    before, after = grown(old - k, old_root, size - k, path, False)
    return node(sibling, before), node(sibling, after)

def covered(begin, end, leaves, nodes):  # the root over leaves, and over the largest subtrees without any of them
    if not leaves or leaves[0][0] >= end: return nodes.popleft()
    if end - begin == 1:
        need(leaves[0][0] == begin, "rows are out of order, or one comes twice")
        return leaves.popleft()[1]
    middle = begin + split(end - begin)
    return node(covered(begin, middle, leaves, nodes), covered(middle, end, leaves, nodes))

def row_leaf(row):
    if "leaf" in row: return unbase64(row["leaf"], 32)  # not all that it is made of can be said any more
    digests = [unbase64(p["digest"], 32) if "digest" in p else sha256(unbase64(p["salt"], 32), unbase64(p["values"]))
               for p in row["personal"]]
    said = unbase64(row["impersonal"])
    return sha256(b"\x00", bytes([row["version"]]), len(said).to_bytes(8, "big"), said, *digests)

def rows_root(file, count, size):
    header, *rows = [json.loads(line) for line in file.read_bytes().splitlines()]
    need(header["format"] == "whodid-rows/v1" and header["size"] == size, "rows of another form or size")
    need(len(rows) == count, f"{len(rows)} rows are proven, {count} are in the file")
    leaves, nodes = deque((row["seq"], row_leaf(row)) for row in rows), deque(unbase64(n, 32) for n in header["nodes"])
    root = covered(0, size, leaves, nodes) if size else sha256()
    need(not leaves and not nodes, "rows or nodes are left over")
    return root

def tile(read, index, width):
    path, rest = f"{index % 1000:03}", index // 1000
    while rest: path, rest = f"x{rest % 1000:03}/{path}", rest // 1000
    data = read(f"tile/0/{path}" + ("" if width == 256 else f".p/{width}"))
    need(len(data) == 32 * width, f"tile {index} has {len(data)} bytes")
    return [data[at:at + 32] for at in range(0, len(data), 32)]

def main(command, vkey, where, *more):
    if command == "tiles":
        read = lambda at: urllib.request.urlopen(f"{where}/{at}").read() if "://" in where else Path(where, at).read_bytes()
        origin, size, root = checkpoint(vkey, read("checkpoint"))
        leaves = [leaf for at in range(0, size, 256) for leaf in tile(read, at // 256, min(256, size - at))]
        need(root_of(leaves) == root, "the leaves have another root")
        return f"{origin}: its {size} leaves have the root of the checkpoint"
    data = Path(where).read_bytes()
    if command == "checkpoint":
        by = [f", cosigned by {key.split('+')[0]} at {max(open_note(key, data, 4)[1])}" for key in more]
        origin, size, root = checkpoint(vkey, data)
        return f"{origin}: {size} leaves, root {root.hex()}{''.join(by)}"
    if command == "tlog-proof":
        head, note = data.split(b"\n\n", 1)
        lines = re.fullmatch("c2sp.org/tlog-proof@v1\n(?:extra .*\n)?index (.*)((?:\n.*)*)", head.decode())
        (origin, size, root), index, path = checkpoint(vkey, note), number(lines[1]), [unbase64(h, 32) for h in lines[2].split()]
        found = index < size and included(bytes.fromhex(more[0]), index, size, path)
        need(found == root and not path, "the leaf is not in the tree")
        return f"{origin}: leaf {index} is among {size}"
    if command == "consistency":
        (origin, old, before), (other, new, after) = checkpoint(vkey, data), checkpoint(vkey, Path(more[0]).read_bytes())
        path = [unbase64(line, 32) for line in Path(more[1]).read_text().split()]
        need(origin == other and old <= new, "of other logs, or in the wrong order")
        grew = (grown(old, before, new, path) if old else (sha256(), after)) == (before, after)
        need(grew and not path, "the later tree does not begin with the earlier one")
        return f"{origin}: {new} leaves begin with the {old} before"
    need(command == "manifest", __doc__)
    first, *lines = open_note(vkey, data)[0].split("\n")
    said = {key: json.loads(value) if value[:1] == '"' else value for key, value in (line.split(": ", 1) for line in lines)}
    need(first == "whodid-export/v1" and len(said) == len(lines), "not a manifest")
    need(not {"/", "\\"} & {*said["file"], *said.get("proof", "")}, "a file that does not lie beside the manifest")
    content, size, root = (Path(where).parent / said["file"]).read_bytes(), number(said["size"]), unbase64(said["root"], 32)
    need(sha256(content).hex() == said["sha256"] and len(content) == number(said["bytes"]), "the file was changed")
    rows = "proof" in said and rows_root(Path(where).parent / said["proof"], number(said["rows"]), size)
    need(rows in (False, root), "the rows are not in the tree")
    need(not more or checkpoint(vkey, Path(more[0]).read_bytes()) == (said["origin"], size, root), "another checkpoint")
    return f"{said['file']} is as it was signed" + (f", its {said['rows']} rows are among {size} of the log" if rows else "")

if __name__ == "__main__":
    try:
        print(main(*sys.argv[1:]))
    except (InvalidSignature, ValueError, KeyError, IndexError, TypeError, OSError) as error:
        sys.exit(f"not verified: {str(error) or 'a signature is wrong'}" if len(sys.argv) > 3 else __doc__)
