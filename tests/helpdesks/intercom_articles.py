"""Articles as Intercom's help centre shows them."""

from typing import Any


def content(title: str, at: int = 1_767_322_800, **fields: Any) -> dict[str, Any]:
    """An article in one language."""
    return {"type": "article_content", "title": title, "description": "", "body": f"<p>About {title}.</p>",
            "author_id": 901, "state": "published", "created_at": at, "updated_at": at,
            "url": f"https://help.example.com/{title.replace(' ', '-')}", **fields}  # fmt: skip


def article(number: int, title: str = "Log in", **fields: Any) -> dict[str, Any]:
    told = {**content(title), "type": "article", "id": str(number), "workspace_id": "ecahpwf5", "parent_id": None,
            "parent_ids": [], "parent_type": None, "default_locale": "en"}  # fmt: skip
    return {**told, **fields}
