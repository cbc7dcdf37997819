"""Records in templates: what is said of one, and its figures."""

from typing import Any

from django import template

from classifier.models import Classification
from classifier.vocabulary import search
from web import wording

register = template.Library()

register.filter("sentence", wording.sentence)
register.filter("squirrel_line", wording.squirrel)
register.filter("display_of", search.display)


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
