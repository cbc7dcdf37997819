"""Filters of the admin list. Each condition repeats the condition of its index, or SQLite would not use the index."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest

from classifier.history.records import Records
from classifier.models import Classification
from classifier.vocabulary import search, taxonomy

if TYPE_CHECKING:
    Admin = ModelAdmin[Classification]  # generic for the type checker only

#: Label and condition of each choice, by its value in the URL.
Choices = Mapping[str, tuple[str, Q]]

#: Model versions that are offered. Each costs one query.
MAX_VERSIONS = 20
MAX_SUGGESTIONS = 6

HAS_FEEDBACK = Q(feedback__gt="")
IS_REVIEWED = Q(review__gt="")


def choice_filter(name: str, parameter: str, choices: Callable[[], Choices]) -> type[SimpleListFilter]:
    """Return a filter class titled ``name``. ``parameter`` is its name in the URL."""

    class ChoiceFilter(SimpleListFilter):
        title = name
        parameter_name = parameter

        def lookups(self, request: HttpRequest, model_admin: "Admin") -> list[tuple[str, str]]:
            return [(value, label) for value, (label, _) in choices().items()]

        def queryset(self, request: HttpRequest, queryset: Records) -> Records:
            choice = choices().get(self.value() or "")
            return queryset.filter(choice[1]) if choice else queryset

    return ChoiceFilter


def _groups() -> Choices:
    return {node.wnid: (node.plural, Q(group=node.wnid)) for node in taxonomy.top_groups()}


def _versions() -> Choices:
    """Find the versions by one index lookup each; DISTINCT would read the whole index."""
    versions = Classification.objects.order_by("model_version").values_list("model_version", flat=True)
    choices: dict[str, tuple[str, Q]] = {}
    last = ""
    while len(choices) < MAX_VERSIONS and (version := versions.filter(model_version__gt=last).first()):
        choices[version] = (version, Q(model_version=version))
        last = version
    return choices


GroupFilter = choice_filter("group", "group", _groups)
VersionFilter = choice_filter("model version", "version", _versions)
SquirrelFilter = choice_filter(
    "squirrel",
    "squirrel",
    lambda: {value: (value, Q(squirrel=value) & ~Q(squirrel="no")) for value in ("yes", "maybe")},
)
FeedbackFilter = choice_filter(
    "feedback",
    "feedback",
    lambda: {opinion.value: (opinion.label, Q(feedback=opinion) & HAS_FEEDBACK) for opinion in Classification.Opinion},
)
ReviewFilter = choice_filter(
    "review",
    "review",
    lambda: {
        "needed": ("needed: feedback says wrong", Q(feedback="wrong", review="")),
        "right": ("right", Q(review="right") & IS_REVIEWED),
        "wrong": ("wrong", Q(review="wrong") & IS_REVIEWED),
    },
)
PhotoFilter = choice_filter("photo", "photo", lambda: {"kept": ("kept", Q(photo__gt=""))})
ReclassificationFilter = choice_filter(
    "reclassification",
    "again",
    lambda: {
        "waiting": ("waiting", Q(reclassification_requested_at__isnull=False)),
        "done": ("done", Q(reclassified_at__isnull=False)),
    },
)


class AnswerFilter(SimpleListFilter):
    """Filter by one of 1100 names, too many for a list of choices. The template has a text field instead."""

    title = "answer"
    parameter_name = "answer"
    template = "admin/classifier/classification/answer_filter.html"

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: "Admin") -> list[tuple[str, str]]:
        return []

    def queryset(self, request: HttpRequest, queryset: Records) -> Records:
        text = self.value()
        return queryset.filter(wnid=search.find_exact(text) or "") if text else queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the template's data: the other filters, and suggestions for an unknown name."""
        text, name = self.value() or "", self.parameter_name
        is_known = search.find_exact(text) is not None
        suggestions = [] if is_known else search.suggest(text, MAX_SUGGESTIONS)
        yield {
            "other_filters": [(key, value) for key, value in changelist.params.items() if key != name],
            "all_url": changelist.get_query_string(remove=[name]),
            "is_unknown": bool(text) and not is_known,
            "suggestions": [
                (suggestion.display, changelist.get_query_string({name: suggestion.display}))
                for suggestion in suggestions
            ],
        }
