"""Another model than yesterday: vectors of two models never meet, and topics go on by the tickets that they share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs.desk import Desk, copy, of_a_problem, opened, ticket
from runs.meaning import PROBLEMS
from runs.two_models import DIMENSIONS, TwoModels

from ticketlens.edits.refusal import Refused

KIM = {"by": "kim"}
OTHER = "multilingual"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four topics by the first model, with an edit of each kind on them."""
    path = tmp_path_factory.mktemp("model") / "template.db"
    with opened(path, TwoModels()) as desk:
        for problem in PROBLEMS:
            desk.push(of_a_problem(problem, 0, 25))
        desk.push([ticket("odd-1", "garden chairs", "wooden garden chairs", 3)])
        desk.cluster()
        login, refund, parcel, invoice = (desk.topic_of(f"{problem}-0") for problem in PROBLEMS)
        assert len({login, refund, parcel, invoice} - {None}) == 4
        edits = desk.lens.edits
        edits.set(login, {"name": "Signing in", "owner": "mia"}, **KIM)
        edits.merge([invoice], refund, **KIM)
        edits.move([("import", "odd-1")], parcel, **KIM)
        edits.split(parcel, [("import", f"parcel-{n}") for n in range(6)], name="Lost parcels", **KIM)
        edits.set(parcel, {"pinned": True}, **KIM)
    return path


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Iterator[Desk]:
    path = copy(template, tmp_path.name)
    with opened(path, TwoModels()) as made:
        yield made


def must_be_as(before: dict[str, int | None], after: dict[str, int | None]) -> None:
    """But for what lies between the two topics of the parcels: each model has its own opinion there."""
    parcels = {id_ for id_ in before if id_.startswith("parcel")}
    assert {id_: topic for id_, topic in after.items() if id_ not in parcels} == {
        id_: topic for id_, topic in before.items() if id_ not in parcels
    }
    assert {after[id_] for id_ in parcels} == {before[id_] for id_ in parcels}


def test_topics_go_on_with_their_ids_and_edits_by_another_model(desk: Desk) -> None:
    before, names = desk.places(), desk.names()
    other = desk.with_model(OTHER)
    assert other.lens.has_to_cluster()
    report = other.cluster()
    assert report.full
    assert report.published
    assert report.embedded == 101
    after = other.places()
    must_be_as(before, after)
    assert {number: other.names()[number] for number in names} == names
    assert after["odd-1"] == before["odd-1"]
    assert {after[f"parcel-{n}"] for n in range(6)} == {before["parcel-0"]}
    assert not other.lens.has_to_cluster()
    other.must_add_up()


def test_progress_of_the_change_is_told_to_its_end(desk: Desk) -> None:
    other = desk.with_model(OTHER)
    other.cluster()
    embedded = [(done, total) for name, done, total in other.told if name == "embed"]
    assert embedded[-1] == (101, 101)
    assert embedded == sorted(embedded)
    assert [(done, total) for name, done, total in other.told if name == "cluster"][-1] == (1, 1)


def test_new_tickets_find_their_topics_by_the_new_model(desk: Desk) -> None:
    other = desk.with_model(OTHER)
    other.push(of_a_problem("login", 100, 3))
    other.cluster()
    other.push(of_a_problem("login", 103, 3) + of_a_problem("invoice", 103, 3))
    report = other.cluster()
    assert not report.full
    assert {other.topic_of(f"login-{n}") for n in range(100, 106)} == {desk.topic_of("login-0")}
    assert {other.topic_of(f"invoice-{n}") for n in range(103, 106)} == {desk.topic_of("refund-0")}
    other.must_add_up()


def test_every_middle_that_a_ticket_may_meet_is_of_the_new_model(desk: Desk) -> None:
    edits = desk.lens.edits
    edits.set(desk.topic_of("login-0"), {"pinned": True}, **KIM)
    edits.apart(desk.topic_of("login-0"), desk.topic_of("refund-0"), **KIM)
    single = edits.split(desk.topic_of("refund-1"), [("import", "refund-1")], **KIM).topics[1]
    edits.undo(edits.history()[0].id, **KIM)
    assert single != desk.topic_of("refund-1")
    other = desk.with_model(OTHER)
    other.cluster()
    for topic in other.lens.store.topics(retired=True):
        if topic.centroid and not topic.lost:
            assert np.frombuffer(topic.centroid, dtype="<f4").shape == (DIMENSIONS[OTHER],), topic
    other.push(of_a_problem("login", 200, 2))
    other.cluster()
    assert other.topic_of("login-200") == other.topic_of("login-0")


def test_a_pinned_topic_that_lost_all_its_tickets_before_the_change_does_no_harm(desk: Desk) -> None:
    lost = desk.topic_of("parcel-0")
    desk.lens.edits.move([("import", id_) for id_, topic in desk.places().items() if topic == lost], None, **KIM)
    other = desk.with_model(OTHER)
    other.cluster()
    other.push(of_a_problem("login", 200, 2))
    other.cluster()
    assert other.topic_of("login-200") == other.topic_of("login-0")
    other.must_add_up()


def test_a_change_that_was_broken_off_is_done_again_without_loss(desk: Desk, template: Path) -> None:
    class Breaking(TwoModels):
        rows = 0

        def encode_tickets(self, embedder: Any, pairs: Any, progress: Any) -> Any:
            self.rows += len(pairs)
            if self.rows > 60:
                raise KeyboardInterrupt
            return super().encode_tickets(embedder, pairs, progress)

    before, names = desk.places(), desk.names()
    broken = desk.with_model(OTHER)
    object.__setattr__(broken.lens, "engine", Breaking())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ticketlens.grouping.BATCH", 40)
        with pytest.raises(KeyboardInterrupt):
            broken.cluster()
    assert (broken.places(), broken.names()) == (before, names)
    assert broken.lens.has_to_cluster()
    again = desk.with_model(OTHER)
    report = again.cluster()
    assert report.embedded == 61
    must_be_as(before, again.places())
    assert again.names() == names
    again.must_add_up()


def test_back_to_the_model_of_before_nothing_is_embedded_again(desk: Desk) -> None:
    before = desk.places()
    desk.with_model(OTHER).cluster()
    assert desk.lens.has_to_cluster()
    report = desk.cluster()
    assert (report.full, report.embedded) == (True, 0)
    assert not desk.lens.has_to_cluster()
    must_be_as(before, desk.places())


def test_a_run_of_the_former_model_is_neither_published_nor_brought_back(desk: Desk) -> None:
    desk.push(of_a_problem("login", 100, 1))
    desk.cluster(full=True, publish=True)
    desk.with_model(OTHER).cluster()
    with pytest.raises(Refused, match="another model"):
        desk.with_model(OTHER).lens.runs.bring_back(by="kim")


def test_a_topic_split_off_while_the_change_is_under_way_is_there_after_it(desk: Desk) -> None:
    other = desk.with_model(OTHER)
    made = other.lens.edits.split(
        other.topic_of("refund-0"), [("import", f"refund-{n}") for n in range(5)], name="Bank refunds", **KIM
    ).topics[1]
    other.cluster()
    assert {other.topic_of(f"refund-{n}") for n in range(5)} == {made}
    assert other.names()[made] == "Bank refunds"
    other.must_add_up()


def test_a_split_before_a_change_that_was_called_off_does_no_harm(desk: Desk) -> None:
    other = desk.with_model(OTHER)
    other.lens.store.put_vectors(*vectors_of(other))
    made = other.lens.edits.split(desk.topic_of("refund-0"), [("import", "refund-0")], **KIM).topics[1]
    desk.push(of_a_problem("login", 200, 2))
    desk.cluster()
    assert desk.topic_of("login-200") == desk.topic_of("login-0")
    assert desk.topic_of("refund-0") == made
    desk.must_add_up()


def vectors_of(desk: Desk) -> tuple[str, list[str], Any]:
    """What the model of this desk makes of all texts."""
    lens = desk.lens
    embedder = lens.engine.load(lens.settings.model)
    texts = lens.store.texts_without_vector(embedder.name, 1_000)
    rows = lens.engine.encode_tickets(embedder, [(subject, body) for _, subject, body in texts], lambda *_: None)
    return embedder.name, [name for name, *_ in texts], rows
