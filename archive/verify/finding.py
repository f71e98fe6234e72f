"""One thing that `verify` objects to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing `verify` objects to.

    `file` is a name in `archive/`, or that of the CDXJ, the index or a fixity file; `offset` the
    byte in it where the record begins; `record_id` as the record writes it. `rule` names what was
    broken, `detail` says for a person what was seen.
    """

    file: str
    offset: int | None = None
    record_id: str | None = None
    rule: str
    detail: str

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file} at offset {self.offset}"
        return (
            f"{place}{f' {self.record_id}' if self.record_id else ''}: {self.rule}: {self.detail}"
        )
