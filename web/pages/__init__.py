"""The pages that people see. Which address leads where stands in one table."""

from flask import Blueprint

from web.pages import (
    answers,
    coverage,
    customer,
    customers,
    deliveries,
    files,
    furniture,
    gaps,
    hook_secrets,
    overview,
    runs,
    source_forms,
    sources,
    ticket_choice,
    tickets,
    topic_choice,
    topic_edits,
    topic_parts,
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
pages.add_url_rule("/topics/coverage", "coverage", coverage.coverage)
pages.add_url_rule("/topics/coverage.csv", "coverage_file", coverage.coverage_file)
pages.add_url_rule("/topics/change", "topics_change", topic_choice.change, methods=["POST"])
pages.add_url_rule("/topics/<int:id>/change", "topic_change", topic_edits.change, methods=["POST"])
pages.add_url_rule("/topics/<int:id>/apart", "topic_apart", topic_edits.apart, methods=["POST"])
pages.add_url_rule("/topics/<int:id>/always", "topic_always", topic_edits.always, methods=["POST"])
pages.add_url_rule("/topics/<int:id>/parts", "topic_parts", topic_parts.parts)
pages.add_url_rule("/topics/<int:id>/parts", "topic_parts_ask", topic_parts.ask, methods=["POST"])
pages.add_url_rule("/topics/<int:id>/parts/split", "topic_parts_split", topic_parts.split, methods=["POST"])
pages.add_url_rule("/themes/<int:id>/call", "theme_call", topic_edits.call_theme, methods=["POST"])
pages.add_url_rule("/edits/<int:id>/undo", "edit_undo", topic_edits.undo, methods=["POST"])
pages.add_url_rule("/runs/publish", "run_publish", runs.publish, methods=["POST"])
pages.add_url_rule("/runs/drop", "run_drop", runs.drop, methods=["POST"])
pages.add_url_rule("/runs/back", "run_back", runs.bring_back, methods=["POST"])
pages.add_url_rule("/tickets/change", "tickets_change", ticket_choice.change, methods=["POST"])
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
pages.add_url_rule("/articles", "articles", gaps.articles)
pages.add_url_rule("/articles.csv", "articles_file", gaps.articles_file)
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
pages.app_context_processor(topic_edits.shared)
