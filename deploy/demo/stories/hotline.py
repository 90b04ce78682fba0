"""Stories that begin at the desk of the hotline or in a school: T01, T04, T07."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from deploy.demo.stories.steps import HOTLINE, arrived, police, stage, tovholder
from deploy.demo.tale import Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_working_days
from shared.reference.organisations import kommune

GREVE = "0253"
ODENSE = "0461"


async def anonymous_advice(tale: Tale) -> None:
    """T01: a caller asks for anonymity first, gets advice and hears where help is near. Nobody is registered."""
    desk = tale.at(Role.HOTLINE_ADVISER, HOTLINE)
    offers = (await desk.see(f"/intake/v1/help-offers?municipality={GREVE}")).body["items"]
    tale.say(f"somebody calls about a cousin, anonymously; {len(offers)} offers of help near Greve are on the screen")
    call = {
        "anonymity": "ANONYMOUS",
        "channel": "HOTLINE",
        "reporter_kind": "RELATIVE",
        "description": "En fætter er begyndt at se bort fra sine gamle venner.",
    }
    concern = tale.touch("intake", "concern", await desk.create("/intake/v1/concerns", call))
    await desk.do(
        f"/intake/v1/concerns/{concern}", "point-out-help", {"offers": [offers[0]["id"]], "municipality": GREVE}
    )
    seen = (await desk.see(f"/intake/v1/concerns/{concern}")).body
    tale.expect(seen["stage"] == "C1", "the concern is closed with advice (C1)")
    tale.expect(seen["reporter"] is None, "no reporter is on record anywhere")
    tale.say("told where the parents' network meets; nobody is on record")


async def school_concern(tale: Tale) -> None:
    """T04: a teacher reports a child; the child unit has 24 hours, and the notifier gets a receipt, no more."""
    teacher = tale.at(Role.PRO_REPORTER, "school:koege-01")
    form = {
        "anonymity": "OPEN",
        "channel": "SCHOOL_FORM",
        "reporter_kind": "TEACHER",
        "reporter": "Klasselærer; træffes på skolens kontor.",
        "subject_known": "IDENTIFIED",
        "subject_municipality": GREVE,
        "minor": "YES",
        "subject": "Elev i 8. klasse, opdigtet.",
        "description": "Eleven viser klassen film med hærgende voldsmænd og kalder dem helte.",
    }
    concern = tale.touch("intake", "concern", await teacher.create("/intake/v1/concerns", form))
    tale.say("a teacher in Køge reports a pupil who lives in Greve; it goes to Greve")
    case = await arrived(tale, GREVE, concern)
    hidden = await teacher.send("GET", f"/assessment/v1/cases/{case}")
    tale.expect(hidden.status == 404, "the notifier sees nothing of the case")
    unit = tale.at(Role.CHILD_UNIT, kommune(GREVE))
    item = await tale.found(unit, "/assessment/v1/underretninger", "the underretning", concern)
    track = f"/assessment/v1/underretninger/{tale.touch('assessment', 'underretning', UUID(item['id']))}"
    await tale.until(tale.now + timedelta(hours=13))
    tale.say("half of the 24 hours are gone, and the leader on duty has heard it; nothing was decided by itself")
    await unit.do(track, "assess-underretning", {"acute": False})
    await tale.until(add_working_days(tale.now, 3))
    await unit.do(track, "send-receipt")
    await unit.do(track, "decide-investigation", {"follow_up": "P19"})
    await tale.until(add_working_days(tale.now, 15))
    await unit.do(track, "close-underretning")
    tale.expect(await stage(unit, track) == "U4", "the child's track is at its end (U4)")
    closing = {"accepts_responsibility": True, "purpose_plausible": True}
    await tovholder(tale, GREVE).do(f"/assessment/v1/cases/{case}", "open-case", closing)
    for who in (tovholder(tale, GREVE), police(tale, GREVE)):
        await who.do(f"/assessment/v1/cases/{case}", "close-without-action", {"reason": "A4"})
    tale.say("receipt sent in time, screening held; ordinary support is enough, and both tovholdere close (A4)")


async def acute_travel(tale: Tale) -> None:
    """T07: a mother says that her child flies tonight; police first, the record afterwards, the Infohus in parallel."""
    desk = tale.at(Role.HOTLINE_ADVISER, HOTLINE)
    call = {
        "anonymity": "CONFIDENTIAL",
        "channel": "HOTLINE",
        "reporter_kind": "PARENT",
        "reporter": "Mor til den unge, ringer fra arbejde.",
        "minor": "YES",
        "travel": "PLAN",
    }
    concern = tale.touch("intake", "concern", await desk.create("/intake/v1/concerns", call))
    path = f"/intake/v1/concerns/{concern}"
    await desk.do(path, "raise-acute", {"subject_municipality": ODENSE, "minor": "YES", "travel": "PLAN"})
    tale.say("a mother says that her son of 17 flies tonight: acute, 112 is called first")
    await tale.until(tale.now + timedelta(minutes=9))
    handover = {"called": "ALARM_112", "handed_over_at": (tale.now - timedelta(minutes=1)).isoformat()}
    await desk.do(path, "log-handover", {**handover, "details": "Vagthavende tog imod; nummer i politiets log."})
    await desk.do(path, "route-concern", {"municipality": ODENSE, "grounds": "Vil rejse i aften."})
    await tale.until(tale.now + timedelta(minutes=50))
    await desk.do(
        path, "complete-record", {"description": "Rejser alene; billetten er købt.", "subject_known": "PARTIAL"}
    )
    tale.say("handed over in 9 minutes, the record completed within the hour")
    unit = tale.at(Role.CHILD_UNIT, kommune(ODENSE))
    item = await tale.found(unit, "/assessment/v1/underretninger", "the underretning", concern)
    track = f"/assessment/v1/underretninger/{tale.touch('assessment', 'underretning', UUID(item['id']))}"
    await unit.do(track, "assess-underretning", {"acute": True})
    await unit.do(track, "send-receipt")
    await unit.do(track, "decide-investigation", {"follow_up": "P20"})
    case = await arrived(tale, ODENSE, concern)
    await tovholder(tale, ODENSE).do(
        f"/assessment/v1/cases/{case}", "open-case", {"accepts_responsibility": True, "purpose_plausible": True}
    )
    await tovholder(tale, ODENSE).do(f"/assessment/v1/cases/{case}", "request-clearance")
    await police(tale, ODENSE).do(f"/assessment/v1/cases/{case}", "take-over")
    await tale.until(add_working_days(tale.now, 20))
    await unit.do(track, "close-underretning")
    tale.say("the child unit assessed at once; police keep the case to themselves")
