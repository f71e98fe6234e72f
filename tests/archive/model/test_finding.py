"""A finding as `verify` prints it."""

from archive.model.finding import Finding


def test_a_finding_says_where_what_and_which_rule() -> None:
    """File, offset and record id are named if there are any, then the rule and what was seen."""
    finding = Finding(file="a.warc.gz", offset=12, record_id="<urn:x>", rule="crc", detail="bad")
    assert str(finding) == "a.warc.gz at offset 12 <urn:x>: crc: bad"
    assert str(Finding(file="index.db", rule="index-absent", detail="no")) == (
        "index.db: index-absent: no"
    )


def test_offset_zero_is_an_offset() -> None:
    """The first record of a file is named by its place too."""
    assert "at offset 0" in str(Finding(file="a", offset=0, rule="r", detail="d"))
