"""Accessibility checks by axe-core."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: WCAG 2.2 level AA and the best practices of axe.
ALL_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: The rules whose outcome depends on the colour scheme.
COLOUR_RULES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

AXE_SCRIPT = Axe().axe_script
RUN = "async (options) => (await axe.run(document, { ...options, resultTypes: ['violations'] })).violations"


def find_violations(page: Page, rules: dict = ALL_RULES) -> list[str]:
    """Return a line for each violation. Axe is loaded once into each page: it is half a megabyte of code."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(RUN, rules)
    return [f"{rule['id']}: {rule['help']} {[node['html'] for node in rule['nodes']]}" for rule in violations]
