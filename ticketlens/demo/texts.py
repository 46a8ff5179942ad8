"""Writes one ticket's subject and body, the way people write: short or long, angry or polite, by channel."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from random import Random

from ticketlens.demo.catalog import Bank, Catalog, Problem, Wording
from ticketlens.demo.slots import Slots, pick
from ticketlens.demo.typing_slips import roughen
from ticketlens.model.ticket import Channel


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    body: str


class Pen:
    """One writer of one ticket: the language's phrases, the ticket's slots and the generator's dice."""

    def __init__(self, rng: Random, catalog: Catalog, language: str, at: datetime) -> None:
        self.rng = rng
        self.banks = catalog.phrases[language].banks
        self.noise = catalog.phrases[language].noise
        self.slots = Slots(rng, catalog, language, at)

    def say(self, bank: Bank) -> str:
        return pick(self.rng, bank).format_map(self.slots)

    def phrase(self, name: str) -> str:
        return self.say(self.banks[name])

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def perhaps(self, share: float, bank: Bank) -> str:
        return self.say(bank) if self.chance(share) else ""


def write(pen: Pen, problem: Problem, wording: Wording, channel: Channel) -> Text:
    """The first message of a ticket about `problem`."""
    match channel:
        case Channel.PHONE:
            body = _joined(pen.say(wording.note), pen.perhaps(0.6, pen.banks["call"]))
            return Text(pen.perhaps(0.85, wording.subject) or f"Call from {pen.slots['name']}", body)
        case Channel.SOCIAL:
            body = _joined(pen.phrase("handle"), pen.say(wording.short), pen.perhaps(0.3, wording.ask))
            return Text(body[:60], roughen(pen.rng, body, hasty=True))
        case Channel.CHAT:
            return _chat(pen, wording)
        case _:
            return _letter(pen, problem, wording, channel)


def write_noise(pen: Pen, channel: Channel, *, spam: bool) -> Text:
    """The first message of a ticket about nothing that comes back."""
    if spam:
        return Text(pen.say(pen.noise["spam_subject"]), pen.say(pen.noise["spam"]))
    if pen.chance(0.06):
        return Text(pen.say(pen.noise["subject"]), "")
    if pen.chance(0.08):
        return Text(pen.say(pen.noise["subject"]), pen.say(pen.noise["lone"]))
    line, spoken = pen.say(pen.noise["lines"]), channel in (Channel.CHAT, Channel.SOCIAL)
    text = _joined(line, pen.perhaps(0.3, pen.noise["lines"]), pen.perhaps(0.5, pen.banks["thanks"]))
    signature = _signature(pen) if not spoken and pen.chance(0.5) else ""
    body = _paragraphs(pen.perhaps(0.5, pen.banks["greeting"]), text, signature)
    subject = _shortened(line) if pen.chance(0.6) else pen.say(pen.noise["subject"])
    return Text(subject, roughen(pen.rng, body, hasty=spoken))


def _shortened(line: str) -> str:
    """The first words of a line, as people who fill in the subject last."""
    words = line.split(" ")
    return " ".join(words[:6]) + ("..." if len(words) > 6 else "")


def _chat(pen: Pen, wording: Wording) -> Text:
    if pen.chance(0.45):
        body = _joined(pen.phrase("hello_chat"), pen.say(wording.short))
    else:
        body = _joined(
            pen.phrase("hello_chat"),
            pen.say(wording.problem),
            pen.perhaps(0.3, wording.detail),
            pen.perhaps(0.5, wording.ask),
        )
    body = roughen(pen.rng, body, hasty=True)
    subject = pen.say(wording.subject) if pen.chance(0.6) else body[:60]
    return Text(subject, body)


def _letter(pen: Pen, problem: Problem, wording: Wording, channel: Channel) -> Text:
    size = pen.rng.random()
    if size < 0.17:
        body = _joined(pen.say(wording.short), pen.perhaps(0.3, pen.banks["thanks"]))
    elif size < 0.57:
        body = _plain(pen, wording)
    elif size < 0.89:
        body = _full(pen, problem, wording)
    else:
        body = _long(pen, problem, wording)
    body = roughen(pen.rng, body, hasty=False)
    return Text(_subject(pen, wording), _dressed(pen, body) if channel is Channel.EMAIL else body)


def _subject(pen: Pen, wording: Wording) -> str:
    dice = pen.rng.random()
    if dice < 0.06:
        return pen.phrase("subject_plain")
    subject = pen.say(wording.subject)
    return pick(pen.rng, pen.banks["subject_prefix"]) + subject if dice < 0.13 else subject


def _plain(pen: Pen, wording: Wording) -> str:
    text = _joined(
        pen.say(wording.problem),
        pen.perhaps(0.55, wording.detail),
        pen.perhaps(0.65, wording.ask),
        pen.perhaps(0.25, pen.banks["thanks"]),
    )
    greeting = pen.perhaps(0.4, pen.banks["greeting"])
    return _paragraphs(greeting, text) if greeting.endswith(",") else _joined(greeting, text)


def _full(pen: Pen, problem: Problem, wording: Wording) -> str:
    text = _joined(
        pen.perhaps(0.25, pen.banks["opening"]),
        pen.say(wording.problem),
        pen.say(wording.detail),
        pen.perhaps(0.2, pen.banks["story"]),
        _heat(pen, problem),
        pen.perhaps(0.8, wording.ask),
        _reach(pen, problem),
    )
    return _paragraphs(pen.phrase("greeting"), text, _signature(pen))


def _long(pen: Pen, problem: Problem, wording: Wording) -> str:
    first, second = pen.rng.sample(wording.detail, 2)
    before, after, last = pen.rng.sample(pen.banks["story"], 3)
    return _paragraphs(
        pen.phrase("greeting"),
        _joined(pen.perhaps(0.5, pen.banks["opening"]), before.format_map(pen.slots) if pen.chance(0.6) else ""),
        _joined(pen.say(wording.problem), first.format_map(pen.slots), second.format_map(pen.slots)),
        _joined(
            after.format_map(pen.slots), last.format_map(pen.slots) if pen.chance(0.4) else "", _heat(pen, problem)
        ),
        _joined(pen.say(wording.ask), _reach(pen, problem)),
        _signature(pen),
    )


def _heat(pen: Pen, problem: Problem) -> str:
    return pen.perhaps(0.1 - 0.4 * problem.mood if problem.mood < 0 else 0.06, pen.banks["angry"])


def _reach(pen: Pen, problem: Problem) -> str:
    bank = pen.perhaps(0.1, pen.banks["bank"]) if problem.group == "payments" else ""
    return bank or pen.perhaps(0.14, pen.banks["contact"])


def _signature(pen: Pen) -> str:
    name = pen.slots["name"]
    full_name = f"{name} {pen.slots['last_name']}" if pen.chance(0.6) else name
    phone = pen.slots["phone"] if pen.chance(0.08) else ""
    return "\n".join(filter(None, (pen.perhaps(0.7, pen.banks["closing"]) or pen.phrase("thanks"), full_name, phone)))


def _dressed(pen: Pen, body: str) -> str:
    """What mail programs add: a footer, the mail that is answered, HTML."""
    if pen.chance(0.05):
        body = f"{body}\n\n{pen.phrase('footer')}"
    if pen.chance(0.05):
        body = f"{body}\n\n{pen.phrase('quoted')}"
    return _html(body) if pen.chance(0.07) else body


def _html(body: str) -> str:
    paragraphs = (escape(part, quote=False).replace("\n", "<br>") for part in body.split("\n\n"))
    return '<div dir="ltr">' + "".join(f"<p>{part}</p>" for part in paragraphs) + "</div>"


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
