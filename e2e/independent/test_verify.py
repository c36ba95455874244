"""What verify.py says of the golden files of the formats, of honest exports, and of lies. Run with `python3 -m unittest`."""
import base64
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import verify
from verify import sha256

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent / "crates/proof/tests/corpus/v1"
LOG, WITNESS = ((CORPUS / f"{name}.vkey").read_text().strip() for name in ("log", "witness"))
NAME, KEY = "example.com/whodid", Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)


def b64(data):
    return base64.b64encode(data).decode()


def leaf(at):
    return sha256(b"\0", at.to_bytes(8, "big"))


def sign(text):
    public = b"\x01" + KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = sha256(NAME.encode(), b"\n", public)[:4]
    return f"{text}\n\u2014 {NAME} {b64(key_id + KEY.sign(text.encode()))}\n"


def cover(leaves, begin, end, shown):
    """The nodes of a cover, by the definition alone."""
    if not any(begin <= at < end for at in shown):
        return [verify.root_of(leaves[begin:end])]
    if end - begin == 1:
        return []
    middle = begin + verify.split(end - begin)
    return cover(leaves, begin, middle, shown) + cover(leaves, middle, end, shown)


def run(*arguments):
    done = subprocess.run([sys.executable, HERE / "verify.py", *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Verify(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.here = Path(self.temporary.name)

    def verified(self, *arguments):
        code, said = run(*arguments)
        self.assertEqual(code, 0, said)
        return said

    def refused(self, why, *arguments):
        code, said = run(*arguments)
        self.assertEqual(code, 1, said)
        self.assertIn(why, said)

    def write(self, name, content):
        path = self.here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def test_checkpoints(self):
        self.assertIn("300 leaves", self.verified("checkpoint", LOG, CORPUS / "checkpoint"))
        self.assertIn("cosigned by witness.example/w1 at 1700000000",
                      self.verified("checkpoint", LOG, CORPUS / "checkpoint.cosigned", WITNESS))
        self.refused("did not sign", "checkpoint", LOG, CORPUS / "checkpoint", WITNESS)
        text = (CORPUS / "checkpoint").read_text()
        self.refused("a signature is wrong", "checkpoint", LOG, self.write("other", text.replace("\n300\n", "\n301\n")))
        self.refused("another kind", "checkpoint", WITNESS, CORPUS / "checkpoint")

    def test_proof_files(self):
        file = CORPUS / "leaf-123.tlog-proof"
        self.verified("tlog-proof", LOG, file, leaf(123).hex())
        self.refused("not in the tree", "tlog-proof", LOG, file, leaf(124).hex())
        other = self.write("other", file.read_text().replace("index 123", "index 122"))
        self.refused("not in the tree", "tlog-proof", LOG, other, leaf(123).hex())

    def test_consistency(self):
        lines = (CORPUS / "add-checkpoint").read_text().split("\n\n")[0].split("\n")[1:]
        root = lambda size: b64(verify.root_of([leaf(at) for at in range(size)]))
        old = self.write("old", sign(f"{NAME}\n100\n{root(100)}\n"))
        proof = self.write("proof", "\n".join(lines) + "\n")
        self.verified("consistency", LOG, old, CORPUS / "checkpoint", proof)
        self.verified("consistency", LOG, old, old, self.write("none", ""))
        self.refused("does not begin", "consistency", LOG, old, CORPUS / "checkpoint", self.write("less", "\n".join(lines[:-1] + lines[:1])))
        lie = self.write("lie", sign(f"{NAME}\n100\n{root(99)}\n"))
        self.refused("does not begin", "consistency", LOG, lie, CORPUS / "checkpoint", proof)

    def test_tiles(self):
        self.write("log/checkpoint", (CORPUS / "checkpoint").read_bytes())
        self.write("log/tile/0/000", b"".join(leaf(at) for at in range(256)))
        last = self.write("log/tile/0/001.p/44", b"".join(leaf(at) for at in range(256, 300)))
        self.verified("tiles", LOG, self.here / "log")
        self.assertEqual((CORPUS / "tile-1-000.p-1").read_bytes(), verify.root_of([leaf(at) for at in range(256)]))
        last.write_bytes(last.read_bytes()[:-1] + b"?")
        self.refused("another root", "tiles", LOG, self.here / "log")

    def test_the_cover_of_the_corpus(self):
        nodes = verify.deque(bytes.fromhex(line) for line in (CORPUS / "cover.txt").read_text().split())
        leaves = verify.deque((at, leaf(at)) for at in (7, 8, 123, 299))
        self.assertEqual(verify.covered(0, 300, leaves, nodes), verify.checkpoint(LOG, (CORPUS / "checkpoint").read_bytes())[2])
        self.assertFalse(leaves or nodes)

    def export(self, **changed):
        rows = [{"seq": at, "version": 3, "impersonal": b64(b"did %d" % at),
                 "personal": [{"salt": b64(bytes([at]) * 32), "values": b64(b"Ada")}, {"digest": b64(sha256(b"%d" % at))}]}
                for at in (3, 4, 17)]
        leaves = [leaf(at) for at in range(40)]
        for row in rows:
            said, digests = base64.b64decode(row["impersonal"]), [sha256(bytes([row["seq"]]) * 32, b"Ada"), sha256(b"%d" % row["seq"])]
            leaves[row["seq"]] = sha256(b"\0\x03", len(said).to_bytes(8, "big"), said, *digests)
        header = {"format": "whodid-rows/v1", "size": 40, "nodes": [b64(n) for n in cover(leaves, 0, 40, {3, 4, 17})]}
        self.write("a.jsonl", "\n".join(map(json.dumps, [header, *rows])) + "\n")
        self.write("a.csv", "time,user\n")
        said = {"file": "a.csv", "form": "csv", "sha256": sha256(b"time,user\n").hex(), "bytes": 10, "rows": 3,
                "query": '"two\\u000alines"', "log": "all", "zone": "UTC", "columns": "time,user",
                "made": "2026-11-28T09:30:00Z", "complete-through": "2026-11-28T09:30:00Z", "origin": NAME, "size": 40,
                "root": b64(verify.root_of(leaves)), "proof": "a.jsonl", **changed}
        self.write("checkpoint", sign(f"{NAME}\n40\n{said['root']}\n"))
        lines = "".join(f"{key}: {value}\n" for key, value in said.items() if value is not None)
        return self.write("a.manifest", sign("whodid-export/v1\n" + lines))

    def test_manifests(self):
        manifest = self.export()
        self.assertIn("3 rows are among 40", self.verified("manifest", LOG, manifest, self.here / "checkpoint"))
        self.refused("another checkpoint", "manifest", LOG, manifest, CORPUS / "checkpoint")
        rows = (self.here / "a.jsonl").read_text()
        for lie in (rows.replace(b64(b"Ada"), b64(b"Eve"), 1), rows.replace('"seq": 3', '"seq": 2')):
            self.write("a.jsonl", lie)
            self.refused("not verified", "manifest", LOG, manifest)
        self.write("a.jsonl", "\n".join(rows.splitlines()[:-1]))
        self.refused("2 rows are proven, 3 are in the file", "manifest", LOG, manifest)
        self.write("a.csv", "time,else\n")
        self.refused("the file was changed", "manifest", LOG, manifest)
        self.refused("beside", "manifest", LOG, self.export(file="../a.csv"))
        self.refused("not in the tree", "manifest", LOG, self.export(root=b64(bytes(32))))
        self.verified("manifest", LOG, self.export(proof=None))
        self.refused("activity.csv", "manifest", LOG, CORPUS / "manifest")


if __name__ == "__main__":
    unittest.main()
