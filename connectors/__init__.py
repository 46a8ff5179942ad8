"""One helpdesk a file. The table names each kind of source that comes with TicketLens."""

from connectors.file import FileSource

TABLE: dict[str, type[FileSource]] = {FileSource.name: FileSource}
