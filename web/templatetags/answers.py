"""Records in templates: what is said of one, and its figures."""

from typing import Any

from django import template

from classifier import lookup
from classifier.models import Classification
from web import words

register = template.Library()

register.filter("sentence", words.sentence)
register.filter("squirrel_line", words.squirrel)
register.filter("display_of", lookup.display)


@register.filter
def percent(score: float) -> str:
    """0.8213 → ``82 %``. Never a whole 0 or 100: the model is never that certain."""
    whole = round(score * 100)
    return "<\u202f1\u202f%" if whole < 1 else ">\u202f99\u202f%" if whole > 99 else f"{whole}\u202f%"


@register.filter
def maps(row: Classification) -> dict[str, Any]:
    """What ``static/js/answer/heatmap.js`` paints: the row's map as a result of the socket has it."""
    verdict = {"kind": row.verdict, "display": row.display, "reason": ""}
    heatmap = row.heatmap and {"view_box": row.heatmap["view_box"], "maps": {"verdict": row.heatmap["map"]}}
    return {"heatmap": heatmap, "verdict": verdict, "predictions": []}
