"""What happened to a concern, a message or a deadline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

FACTS: Final[Mapping[str, str]] = {
    "concern.received.v1": N_("Henvendelsen blev modtaget"),
    "concern.advice_given.v1": N_("Der blev givet råd, og henvendelsen blev afsluttet"),
    "concern.help_pointed_out.v1": N_("Der blev vist vej til hjælp"),
    "concern.acute_raised.v1": N_("Henvendelsen blev meldt akut"),
    "concern.handover_logged.v1": N_("Politiet blev ringet op og overtog"),
    "concern.record_completed.v1": N_("Resten blev skrevet ind"),
    "concern.anonymity_set.v1": N_("Den, der henvendte sig, er ikke længere anonym"),
    "concern.information_added.v1": N_("Der blev føjet noget til"),
    "concern.information_noted.v1": N_("Det, der blev føjet til, blev læst"),
    "concern.question_asked.v1": N_("Den, der henvendte sig, blev spurgt om noget"),
    "concern.question_answered.v1": N_("Et spørgsmål blev besvaret"),
    "concern.question_withdrawn.v1": N_("Et spørgsmål blev trukket tilbage"),
    "concern.routed.v1": N_("Henvendelsen blev sendt til Infohuset"),
    "concern.acute_closed.v1": N_("Den akutte henvendelse blev afsluttet"),
    "concern.attached.v1": N_("Infohuset lagde henvendelsen til en åben sag"),
    "concern.taken_by_police.v1": N_("Politiet: fører sagen alene"),
    "concern.returned_by_police.v1": N_("Politiet: gav sagen tilbage til Infohuset"),
    "delivery.planned.v1": N_("En besked skal sendes"),
    "delivery.sent.v1": N_("Beskeden blev sendt"),
    "delivery.passed_on.v1": N_("Beskeden gik videre til en anden"),
    "delivery.address_refused.v1": N_("Adressen tog ikke imod, så en anden spørges"),
    "delivery.seen.v1": N_("Beskeden er set. Fristen løber videre"),
    "delivery.settled.v1": N_("Beskeden har ikke længere betydning"),
    "delivery.failed.v1": N_("Beskeden nåede ingen"),
    "deadline.opened.v1": N_("En frist begyndte"),
    "deadline.met.v1": N_("En frist blev besvaret"),
    "deadline.cancelled.v1": N_("En frist faldt bort"),
    "deadline.reminded.v1": N_("SYSTEM mindede om en frist. Påmindelser afgør intet"),
    "deadline.escalated.v1": N_("SYSTEM gav lederen besked om en frist. Det afgør intet"),
    "deadline.missed.v1": N_("SYSTEM gav besked: en frist er overskredet. Det afgør intet"),
    "agreement.recorded.v1": N_("En af dem, der skal være enige, sagde ja"),
    "sight.changed.v1": N_("Det ændrede sig, hvem der kan se den"),
}
