import tomllib
from pathlib import Path

import pytest

from ticketlens.errors import ConfigError
from ticketlens.intake import mapping
from ticketlens.intake.mapping import FieldMapping, fields_from_option, mapping_from, mapping_from_file

MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"
WRITTEN = """
[fields]
solved_at = "resolved_at"
[values.status]
archived = "open"
"Awaiting Vendor" = "hold"
[defaults]
zone = "Europe/Stockholm"
channel = "web"
"""


def test_a_file_gives_fields_values_and_defaults(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(WRITTEN)
    mapped = mapping_from_file(path)
    assert mapped.fields == {"solved_at": "resolved_at"}
    assert mapped.values["status"].get("awaiting vendor") == "on_hold"
    assert mapped.values["status"].get("elsewhere") is None
    assert str(mapped.zone) == "Europe/Stockholm"
    assert mapped.defaults["channel"] == "web"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"field": {}}, 'no section is called "field": did you mean "fields"'),
        ({"fields": {"subjct": "x"}}, 'did you mean "subject"'),
        ({"fields": {"zzzzzz": "x"}}, "there are id, source"),
        ({"fields": {"subject": 3}}, "fields.subject must be text"),
        ({"fields": []}, "must be a table"),
        ({"values": {"state": {}}}, 'did you mean "status"'),
        ({"values": {"status": {"x": "opn"}}}, 'did you mean "open"'),
        ({"values": {"status": "open"}}, "must be a table"),
        ({"defaults": {"zone": "Europe/Stokholm"}}, "is not known"),
        ({"defaults": {"zone": "../etc/passwd"}}, "is not known"),
        ({"defaults": {"chanel": "web"}}, 'did you mean "channel"'),
        ({"defaults": {"dates": "american"}}, "day-first, month-first"),
        ({"defaults": {"channel": "carrier"}}, "no channel is called"),
    ],
)
def test_a_wrong_key_names_itself_and_the_nearest_right_one(written: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        mapping_from(written)


def test_a_file_that_is_missing_or_no_toml_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "m.toml"
    broken.write_bytes(b"[fields\n\xff")
    for path in (broken, tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            mapping_from_file(path)
        assert "\n" not in str(caught.value)


def test_the_option_gives_fields_on_top_of_the_file() -> None:
    fields = fields_from_option('id=Ticket ID, "subject=Title, short",body=a=b')
    assert fields == {"id": "Ticket ID", "subject": "Title, short", "body": "a=b"}
    mapped = mapping_from({"fields": {"id": "Key", "url": "Link"}}).with_fields(fields)
    assert (mapped.fields["id"], mapped.fields["url"]) == ("Ticket ID", "Link")


@pytest.mark.parametrize("option", ["id", "id=", "=x", "ide=x"])
def test_a_wrong_option_is_refused(option: str) -> None:
    with pytest.raises(ConfigError):
        fields_from_option(option)


def test_the_fingerprint_is_of_what_is_said_not_of_its_order() -> None:
    one = mapping_from({"fields": {"id": "a", "url": "b"}})
    other = mapping_from({"fields": {"url": "b", "id": "a"}})
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != FieldMapping().fingerprint
    assert mapping_from({"values": {"status": {"x": "open"}}}).fingerprint != FieldMapping().fingerprint


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_mappings_that_come_with_the_docs_can_be_read(path: Path) -> None:
    assert mapping_from_file(path).values["status"].exact


def test_the_page_on_mappings_names_every_default_and_every_field_of_values() -> None:
    page = (MAPPINGS / "README.md").read_text()
    assert [name for name in (*mapping.DEFAULTS, *mapping.VALUES) if f"`{name}`" not in page] == []
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert mapping.mapping_from(tomllib.loads(example)).day_order == "day-first"
