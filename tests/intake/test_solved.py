from datetime import UTC, datetime, timedelta
from typing import Any

from ticketlens.intake.solved import apply_history
from ticketlens.model.ticket import Event, Status, Ticket

CREATED = datetime(2026, 11, 2, 8, tzinfo=UTC)


def _at(hours: int) -> datetime:
    return CREATED + timedelta(hours=hours)


def _settled(
    *moves: tuple[int, str | None, str], **fields: Any
) -> tuple[Status, datetime | None, datetime | None, int]:
    history = tuple(Event(_at(hours), "status", before, after) for hours, before, after in moves)
    base: dict[str, Any] = {"source": "s", "id": "1", "subject": "", "created_at": CREATED, "updated_at": CREATED}
    ticket = apply_history(Ticket(**base, history=history, **fields))
    return ticket.status, ticket.first_solved_at, ticket.solved_at, ticket.reopens


def test_a_history_decides_over_the_fields() -> None:
    moves = ((2, "open", "solved"), (5, "solved", "open"), (9, "open", "closed"))
    found = _settled(*moves, status=Status.CLOSED, solved_at=_at(100), first_solved_at=_at(90), reopens=7)
    assert found == (Status.CLOSED, _at(2), _at(9), 1)


def test_open_again_is_not_solved_whatever_the_status_says() -> None:
    moves = ((2, "open", "solved"), (5, "solved", "waiting_customer"))
    found = _settled(*moves, status=Status.SOLVED, solved_at=_at(2))
    assert found == (Status.WAITING_CUSTOMER, _at(2), None, 1)


def test_a_move_between_solved_and_closed_is_neither_a_solve_nor_a_reopening() -> None:
    moves = ((2, "open", "solved"), (5, "solved", "closed"), (7, "closed", "solved"))
    assert _settled(*moves, status=Status.SOLVED) == (Status.SOLVED, _at(2), _at(2), 0)


def test_moves_out_of_order_and_repeated_moves_tell_the_same() -> None:
    moves = ((9, "open", "solved"), (2, "open", "solved"), (2, "open", "solved"), (5, "solved", "open"))
    assert _settled(*moves, status=Status.SOLVED) == (Status.SOLVED, _at(2), _at(9), 1)


def test_moves_that_do_not_say_where_they_come_from_are_enough() -> None:
    moves = ((2, None, "solved"), (5, None, "open"), (9, None, "solved"))
    assert _settled(*moves, status=Status.SOLVED) == (Status.SOLVED, _at(2), _at(9), 1)


def test_a_history_that_never_speaks_of_solving_leaves_the_fields() -> None:
    found = _settled((1, "new", "open"), status=Status.SOLVED, solved_at=_at(9))
    assert found == (Status.SOLVED, _at(9), _at(9), 0)


def test_an_open_ticket_with_a_solved_time_was_reopened() -> None:
    assert _settled(status=Status.OPEN, solved_at=_at(9)) == (Status.OPEN, _at(9), None, 1)
    assert _settled(status=Status.OPEN, solved_at=_at(9), first_solved_at=_at(3), reopens=4) == (
        Status.OPEN,
        _at(3),
        None,
        4,
    )


def test_a_single_solve_is_the_last_one_too() -> None:
    assert _settled(status=Status.SOLVED, first_solved_at=_at(3)) == (Status.SOLVED, _at(3), _at(3), 0)
    assert _settled(status=Status.SOLVED, first_solved_at=_at(3), reopens=1) == (Status.SOLVED, _at(3), None, 1)


def test_a_ticket_without_any_time_stays_solved_at_an_unknown_one() -> None:
    assert _settled(status=Status.CLOSED) == (Status.CLOSED, None, None, 0)


def test_a_ticket_whose_known_history_begins_solved_was_reopened() -> None:
    found = _settled((5, "closed", "open"), status=Status.OPEN, first_solved_at=_at(1))
    assert found == (Status.OPEN, _at(1), None, 1)
