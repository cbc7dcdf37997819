"""Template filters for records."""

from typing import Any

from django import template

from classifier.models import Classification
from classifier.vocabulary import search
from web import wording

register = template.Library()

register.filter("verdict_text", wording.verdict_text)
register.filter("squirrel_text", wording.squirrel_text)
register.filter("percent", wording.percent)
register.filter("display_name", search.display)


@register.filter
def heatmap_data(record: Classification) -> dict[str, Any]:
    """Return the stored heatmap in the form of a WebSocket result, which ``static/js/answer/heatmap.js`` reads."""
    verdict = {"kind": record.verdict, "display": record.display, "reason": ""}
    heatmap = record.heatmap and {"view_box": record.heatmap["view_box"], "maps": {"verdict": record.heatmap["map"]}}
    return {"heatmap": heatmap, "verdict": verdict, "predictions": []}
