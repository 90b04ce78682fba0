"""Cases on their way, carried there over HTTP by the people whose work it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from deploy.config import SERVICES
from deploy.demo.people import Person
from deploy.demo.stories.steps import DIMENSIONS, rating
from shared.reference.calendar import add_days, local
from shared.reference.organisations import kommune, politi_of
from tests.support.calls import GREVE, routed
from tests.support.product import Product
from tests.support.settling import settled
from tests.support.waiting import eventually


@dataclass(frozen=True)
class Infohus:
    """The people around cases of one municipality, and their steps."""

    product: Product
    municipality: str = GREVE

    @property
    def tovholder(self) -> Person:
        """Return the municipality's tovholder."""
        return self.product.at("TOVHOLDER_KOMMUNE", kommune(self.municipality))

    @property
    def police(self) -> Person:
        """Return the police's tovholder."""
        return self.product.at("TOVHOLDER_POLITI", politi_of(self.municipality))

    @property
    def secretariat(self) -> Person:
        """Return the secretariat at the police."""
        return self.product.at("SECRETARIAT", politi_of(self.municipality))

    @property
    def caseworker(self) -> Person:
        """Return the caseworker of the municipality."""
        return self.product.at("CASEWORKER", kommune(self.municipality))

    async def arrived(self) -> tuple[UUID, str]:
        """A concern is routed here; return it and the path of its record."""
        concern = await routed(self.product, self.municipality)
        return concern, await self.record_of(concern)

    async def record_of(self, concern: UUID) -> str:
        """Return the path of the record that a routed concern has made."""
        query = "select id from assessment.case_record where concern_id = $1"
        case = await eventually(lambda: self.product.value(query, concern), what="the concern arrives in Infohus")
        return f"/assessment/v1/cases/{case}"

    async def opened(self) -> str:
        """Return the path of a case that the tovholder has opened."""
        _, path = await self.arrived()
        accept = {"accepts_responsibility": True, "purpose_plausible": True}
        await self.tovholder.do(path, "open-case", accept)
        return path

    async def cleared(self) -> str:
        """Return the path of a case that the police have cleared."""
        path = await self.opened()
        await self.tovholder.do(path, "request-clearance")
        await self.police.do(path, "clear-case")
        return path

    async def met(self, path: str) -> None:
        """The Infohus meets."""
        meeting = {
            "held_at": (self.product.clock.now() - timedelta(hours=1)).isoformat(),
            "present": ["MUNICIPALITY", "POLICE", "PROBATION"],
            "invited": ["MUNICIPALITY", "POLICE", "PROBATION", "PSYCHIATRY"],
            "mental_vulnerability_suspected": False,
        }
        await self.secretariat.do(path, "hold-meeting", meeting)

    async def assessed(self, path: str, measures: tuple[str, ...] = ("CONVERSATION",)) -> None:
        """Nine dimensions are rated, and measures recommended."""
        assessment = {
            "ratings": [rating(name, local(self.product.clock.now()).date()) for name in DIMENSIONS],
            "focus": [DIMENSIONS[3]],
            "measures": list(measures),
            "reasoning": "Støtte, der giver andre relationer.",
        }
        await self.tovholder.do(path, "complete-assessment", assessment)

    async def granted(self, path: str, measures: tuple[str, ...] = ("CONVERSATION",)) -> None:
        """The recommendation goes to the municipality, which grants it."""
        addressed = {
            "addressed_to": kommune(self.municipality),
            "unit": "ADULTS",
            "caseworker": str(self.caseworker.ref),
        }
        await self.tovholder.do(path, "send-recommendation", addressed)
        decision = {
            "outcome": "GRANT",
            "appeal_guidance_given": True,
            "law": "SERVICELOVEN",
            "measures": list(measures),
            "grounds": "Kan have gavn af støtten.",
        }
        await self.caseworker.do(path, "decide-measure", decision)

    async def consented(self, path: str, requirements: dict[str, object] | None = None) -> None:
        """The citizen takes the offer; with `requirements` a member of the corps is sought."""
        now = self.product.clock.now()
        given = {
            "client": "SUBJECT",
            "given_by": "SUBJECT",
            "specific_informed_revocable": True,
            "text_version": "tilbud-2026.1",
            "given_at": (now - timedelta(minutes=1)).isoformat(),
            "valid_until": add_days(now, 350).isoformat(),
            "needs_corps_member": requirements is not None,
        }
        wanted = {"requirements": {"kind": "MENTOR", **requirements}} if requirements is not None else {}
        await self.caseworker.do(path, "record-consent", given | wanted)

    async def in_follow_up(self) -> str:
        """Return the path of a case whose measure, one without the corps, has ended."""
        path = await self.cleared()
        await self.met(path)
        await self.assessed(path)
        await self.granted(path)
        await self.consented(path)
        await self.caseworker.do(path, "end-measure", {"reason": "E1"})
        return path

    async def reopened(self, path: str) -> None:
        """A follow-up shows a new worry, and the tovholder begins again."""
        review = {
            "contact": "REACHED",
            "wellbeing": dict.fromkeys(DIMENSIONS[4:], "WORSE"),
            "new_concern": True,
            "decision": "REOPEN_TASK",
        }
        consent = {
            "kind": "FOLLOW_UP",
            "client": "SUBJECT",
            "given_by": "SUBJECT",
            "specific_informed_revocable": True,
            "text_version": "follow-up.1",
            "given_at": (self.product.clock.now() - timedelta(minutes=1)).isoformat(),
            "valid_until": add_days(self.product.clock.now(), 200).isoformat(),
        }
        await self.caseworker.do(path, "record-consent", consent)
        await self.caseworker.do(path, "hold-follow-up", review)
        await self.tovholder.do(path, "reopen-case")

    async def settled(self) -> None:
        """Wait until everything has reached everybody."""
        await settled(self.product, SERVICES)


def id_of(path: str) -> UUID:
    """Return the id at the end of a path."""
    return UUID(path.rpartition("/")[2])
