"""The pages that people see. Which address leads where stands in one table."""

from flask import Blueprint

from web.pages import (
    answers,
    customer,
    customers,
    deliveries,
    files,
    furniture,
    hook_secrets,
    overview,
    source_forms,
    sources,
    tickets,
    topics,
    trend_files,
    trends,
    voice,
    voice_files,
)

pages = Blueprint("pages", __name__)

pages.add_url_rule("/", "overview", overview.overview)
pages.add_url_rule("/why.csv", "why_file", files.why)
pages.add_url_rule("/topics", "topics", topics.topics)
pages.add_url_rule("/topics.<any(csv,svg,png):form>", "topics_file", files.topics)
pages.add_url_rule("/topics/<int:id>", "topic", topics.topic)
pages.add_url_rule("/trends", "trends", trends.trends)
pages.add_url_rule("/trends.<any(csv,svg,png):form>", "trends_file", trend_files.trends)
pages.add_url_rule("/trends/compare.csv", "trends_compare", trend_files.compare)
pages.add_url_rule("/trends/now.csv", "trends_now", trend_files.now)
pages.add_url_rule("/trends/why.<any(csv,svg,png):form>", "trends_why", trend_files.why)
pages.add_url_rule("/tickets", "tickets", tickets.tickets)
pages.add_url_rule("/tickets.csv", "tickets_file", files.tickets)
pages.add_url_rule("/tickets/<source>/<path:id>", "ticket", tickets.ticket)
pages.add_url_rule("/voice", "voice", voice.voice)
pages.add_url_rule("/voice/scores.csv", "voice_scores_file", voice_files.scores)
pages.add_url_rule("/voice/topics.csv", "voice_topics_file", voice_files.topics)
pages.add_url_rule("/voice/cost.csv", "voice_cost_file", voice_files.cost)
pages.add_url_rule("/voice/trend.<any(csv,svg,png):form>", "voice_trend_file", voice_files.trend)
pages.add_url_rule("/answers", "answers", answers.answers)
pages.add_url_rule("/answers.csv", "answers_file", answers.answers_file)
pages.add_url_rule("/customers", "customers", customers.customers)
pages.add_url_rule("/customers.csv", "customers_file", customers.customers_file)
pages.add_url_rule("/customers/<path:id>", "customer", customer.customer)
pages.add_url_rule("/sources", "sources", sources.sources)
pages.add_url_rule("/sources/<name>", "source", sources.source)
pages.add_url_rule("/sources/<name>/test", "source_test", sources.test, methods=["POST"])
pages.add_url_rule("/sources/<name>/pull", "source_pull", sources.pull, methods=["POST"])
pages.add_url_rule("/sources/<name>/change", "source_change", source_forms.change, methods=["POST"])
pages.add_url_rule("/sources/<name>/remove", "source_remove", source_forms.remove, methods=["GET", "POST"])
pages.add_url_rule("/sources/<name>/secret", "source_secret_new", hook_secrets.new, methods=["POST"])
pages.add_url_rule("/sources/<name>/secret/end", "source_secret_end", hook_secrets.end, methods=["POST"])
pages.add_url_rule("/sources/<name>/secret/enter", "source_secret_enter", hook_secrets.enter, methods=["POST"])
pages.add_url_rule("/sources/<name>/replay", "source_replay", deliveries.replay_all, methods=["POST"])
pages.add_url_rule("/sources/<name>/deliveries/<number>", "source_delivery", deliveries.delivery)
pages.add_url_rule(
    "/sources/<name>/deliveries/<number>/replay", "source_delivery_replay", deliveries.replay, methods=["POST"]
)
pages.add_url_rule("/add-source", "source_kinds", source_forms.kinds)
pages.add_url_rule("/add-source/<kind>", "source_add", source_forms.add, methods=["GET", "POST"])

furniture.furnish(pages)
