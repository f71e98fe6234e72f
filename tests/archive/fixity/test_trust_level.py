"""What is said to be shown is no more than is shown."""

from __future__ import annotations

from pathlib import Path

import fixity_kit
from stamping_authority import StampingAuthority

from archive.fixity.anchor import NO_ANCHOR, Anchor
from archive.fixity.time_stamps import keep_stamp, read_certificates, request_stamp
from archive.fixity.trust_level import describe_trust


def told(root: Path, *keys: Path) -> list[str]:
    anchor = fixity_kit.expecting(*keys) if keys else NO_ANCHOR
    return list(describe_trust(root / "fixity", anchor))


def test_each_level_is_told_as_what_it_is(tmp_path: Path) -> None:
    """Nothing of no chain and of a broken one; unsigned, signed by whoever, signed as demanded,
    stamped by whoever, by an authority that is named: the earliest stamp of the latest line.
    """
    key = fixity_kit.make_key(tmp_path / "key.pem")
    assert told(tmp_path) == []
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.torn").write_bytes(b"a")
    fixity_kit.state(tmp_path)
    (line,) = told(tmp_path)
    assert line.startswith("1 statement, the last of 2026-03-01T12:00:00Z, not signed")
    assert told(tmp_path, key) == []
    (tmp_path / "archive" / "b.torn").write_bytes(b"b")
    fixity_kit.state(tmp_path, key, vouch=True)
    (line,) = told(tmp_path)
    assert line.endswith(
        f"signed with {fixity_kit.public(key)}: whose that is, --public-key KEY tells"
    )
    (line,) = told(tmp_path, key)
    assert line.endswith("signed as --public-key demands")
    authority = StampingAuthority(tmp_path / "authority")
    (tmp_path / "q.tsq").write_bytes(request_stamp(tmp_path / "fixity"))
    response = authority.answer(tmp_path / "q.tsq", tmp_path / "r.tsr")
    keep_stamp(tmp_path / "fixity", response, b"")
    assert told(tmp_path)[1].startswith("line 2 and all before it existed at 20")
    assert told(tmp_path)[1].endswith("by an authority nobody named")
    keep_stamp(tmp_path / "fixity", response, read_certificates(authority.root))
    assert told(tmp_path)[1].endswith(
        "by the authority whose certificates are kept beside its stamp"
    )
    anchor = Anchor(stamp_roots=read_certificates(authority.root))
    assert list(describe_trust(tmp_path / "fixity", anchor))[1].endswith("by one of --tsa-ca")
