"""What staff may filter by. Each condition repeats that of its index, because SQLite takes no other hint."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest

from classifier.history.records import Rows
from classifier.models import Classification
from classifier.vocabulary import search, taxonomy

if TYPE_CHECKING:
    Admin = ModelAdmin[Classification]  # generic for the type checker only

Choices = Mapping[str, tuple[str, Q]]

#: Versions that are offered: each is looked up by itself.
VERSIONS = 20
SUGGESTIONS = 6

SAID = Q(feedback__gt="")
REVIEWED = Q(review__gt="")


def picking(name: str, parameter: str, choices: Callable[[], Choices]) -> type[SimpleListFilter]:
    """A filter of a few conditions: by the value in the address, what it is called and what it means."""

    class Picking(SimpleListFilter):
        title = name
        parameter_name = parameter

        def lookups(self, request: HttpRequest, model_admin: "Admin") -> list[tuple[str, str]]:
            return [(value, called) for value, (called, _) in choices().items()]

        def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
            chosen = choices().get(self.value() or "")
            return queryset.filter(chosen[1]) if chosen else queryset

    return Picking


def _groups() -> Choices:
    return {node.wnid: (node.plural, Q(group=node.wnid)) for node in taxonomy.top_groups()}


def _versions() -> Choices:
    """From one to the next in the index: DISTINCT would read all of it."""
    rows = Classification.objects.order_by("model_version").values_list("model_version", flat=True)
    found: dict[str, tuple[str, Q]] = {}
    last = ""
    while len(found) < VERSIONS and (version := rows.filter(model_version__gt=last).first()):
        found[version] = (version, Q(model_version=version))
        last = version
    return found


GroupFilter = picking("group", "group", _groups)
VersionFilter = picking("model version", "version", _versions)
SquirrelFilter = picking(
    "squirrel",
    "squirrel",
    lambda: {value: (value, Q(squirrel=value) & ~Q(squirrel="no")) for value in ("yes", "maybe")},
)
FeedbackFilter = picking(
    "feedback",
    "feedback",
    lambda: {opinion.value: (opinion.label, Q(feedback=opinion) & SAID) for opinion in Classification.Opinion},
)
ReviewFilter = picking(
    "review",
    "review",
    lambda: {
        "needed": ("needed: said to be wrong", Q(feedback="wrong", review="")),
        "right": ("found right", Q(review="right") & REVIEWED),
        "wrong": ("found wrong", Q(review="wrong") & REVIEWED),
    },
)
PhotoFilter = picking("photo", "photo", lambda: {"kept": ("kept", Q(photo__gt=""))})
AgainFilter = picking(
    "re-classification",
    "again",
    lambda: {
        "waiting": ("waiting", Q(reclassification_requested_at__isnull=False)),
        "done": ("done", Q(reclassified_at__isnull=False)),
    },
)


class AnswerFilter(SimpleListFilter):
    """One of 1100 names: too many for a list, so it is typed."""

    title = "answer"
    parameter_name = "answer"
    template = "admin/classifier/classification/answer_filter.html"

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: "Admin") -> list[tuple[str, str]]:
        return []

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        text = self.value()
        return queryset.filter(wnid=search.find_exact(text) or "") if text else queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """What the template shows: the other filters to keep, and what an unknown name may have meant."""
        text, name = self.value() or "", self.parameter_name
        near = [] if search.find_exact(text) else search.suggest(text, SUGGESTIONS)
        yield {
            "others": [(key, value) for key, value in changelist.params.items() if key != name],
            "all": changelist.get_query_string(remove=[name]),
            "unknown": bool(text) and search.find_exact(text) is None,
            "near": [(one.display, changelist.get_query_string({name: one.display})) for one in near],
        }
