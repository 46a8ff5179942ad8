"""Solutions as Freshdesk tells them: categories, folders in them and in each other, articles in each language."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

AT = "2026-01-02T03:00:00Z"


def article(number: int, title: str = "Log in", **fields: Any) -> dict[str, Any]:
    return {"id": number, "type": 1, "category_id": 3, "folder_id": 4, "thumbs_up": 0, "thumbs_down": 0, "hits": 0,
            "seo_data": {}, "agent_id": 1, "title": title, "description": f"<p>About <b>{title}</b>.</p>",
            "description_text": f"About {title}.", "status": 2, "created_at": AT, "updated_at": AT,
            **fields}  # fmt: skip


@dataclass
class Solutions:
    """`articles` by folder and locale, "" for the account's own; `parents` of folders that lie in others."""

    articles: dict[tuple[int, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    categories: dict[int, list[int]] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    visibility: dict[int, int] = field(default_factory=dict)
    settings: dict[str, Any] | None = None

    def rows(self, path: str) -> list[dict[str, Any]] | None:
        """What the list of that path holds; None where there is no such list."""
        match path.split("/"):
            case ["categories"]:
                return [
                    {"id": one, "name": f"Category {one}", "created_at": AT, "updated_at": AT}
                    for one in self.categories
                ]
            case ["categories", id_, "folders"]:
                return [self.folder(one) for one in self.categories[int(id_)]]
            case ["folders", id_, "subfolders"]:
                return [self.folder(one) for one, parent in self.parents.items() if parent == int(id_)]
            case ["folders", id_, "articles", *locale]:
                return self.articles[int(id_), "".join(locale)]
        return None

    def folder(self, number: int) -> dict[str, Any]:
        below = sum(parent == number for parent in self.parents.values())
        return {"id": number, "name": f"Folder {number}", "visibility": self.visibility.get(number, 1),
                "articles_count": len(self.articles[number, ""]), "sub_folders_count": below,
                "created_at": AT, "updated_at": AT}  # fmt: skip
