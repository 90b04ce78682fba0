"""What can keep the stack from running, said in one sentence each."""

from __future__ import annotations

from shared.errors import TovholderError


class StackError(TovholderError):
    """The stack cannot start or go on; `detail` says what is wrong, `remedy` what to do about it.

    Codes: `port-taken`, `registry-missing`, `disk-full`, `architecture-unsupported`, `already-running`, `not-running`,
    `not-ready`, `kafka-jars`, `program-missing`, `part-missing`, `postgres-init`, `kafka-format`, `setting`.
    """

    exit_code = 2

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        super().__init__(code, detail, remedy=remedy)

    def sentence(self) -> str:
        """Detail and remedy as a person reads them."""
        return f"{self.detail} {self.remedy}"
