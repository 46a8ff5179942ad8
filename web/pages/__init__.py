"""The pages that people see. Which address leads where stands in one table."""

from flask import Blueprint

from web.pages import files, furniture, overview, tickets, topics, trends

pages = Blueprint("pages", __name__)

pages.add_url_rule("/", "overview", overview.overview)
pages.add_url_rule("/why.csv", "why_file", files.why)
pages.add_url_rule("/topics", "topics", topics.topics)
pages.add_url_rule("/topics.<any(csv,svg,png):form>", "topics_file", files.topics)
pages.add_url_rule("/topics/<int:id>", "topic", topics.topic)
pages.add_url_rule("/trends", "trends", trends.trends)
pages.add_url_rule("/trends.<any(csv,svg,png):form>", "trends_file", files.trends)
pages.add_url_rule("/tickets", "tickets", tickets.tickets)
pages.add_url_rule("/tickets.csv", "tickets_file", files.tickets)
pages.add_url_rule("/tickets/<source>/<path:id>", "ticket", tickets.ticket)

furniture.furnish(pages)
