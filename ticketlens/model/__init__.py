"""The nouns: frozen values without input or output."""

from ticketlens.model.ticket import Actor, Channel, Event, Message, Priority, Satisfaction, Status, Ticket

__all__ = ["Actor", "Channel", "Event", "Message", "Priority", "Satisfaction", "Status", "Ticket"]
