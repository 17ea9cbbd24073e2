"""What a page must never do while a person works in it: errors, refused scripts, moved content, lost width."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
REFUSALS = ("Failed to load resource", "Response Status Error Code")
SERIOUS = ("serious", "critical")

_WATCH_SHIFTS = """
window.__shift = 0;
window.__shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (one.hadRecentInput) continue;
    window.__shift += one.value;
    const names = one.sources.map(({ node }) => node?.id || node?.className || node?.nodeName);
    window.__shifts.push([one.value, ...names]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# Colours fade; what is read in between has the contrast of neither side. An animation whose element is replaced
# meanwhile never says that it ended.
_STAND_STILL = """() => Promise.race([
  new Promise((resolve) => setTimeout(resolve, 1000)),
  Promise.allSettled(document.getAnimations()
    .filter((one) => isFinite(one.effect.getComputedTiming().endTime))
    .map((one) => one.finished)),
])"""
_SMALL = """(least) => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=tab]";
  // An element that lies over its neighbours with an invisible edge is as large as that edge.
  const side = (one, box, size, edge) => {
    const after = getComputedStyle(one, "::after");
    const grows = after.position === "absolute" && after.content !== "none";
    return box[size] + (grows ? -2 * Math.min(0, parseFloat(after[edge]) || 0) : 0);
  };
  const counts = (one) => {
    const style = getComputedStyle(one);
    return one.checkVisibility({ visibilityProperty: true }) && !one.disabled && style.display !== "inline"
      && style.pointerEvents !== "none" && !one.matches(".skip-link:not(:focus)");
  };
  return [...document.querySelectorAll(all)].filter(counts).flatMap((one) => {
    const box = (one.matches("input") && one.closest("label") || one).getBoundingClientRect();
    if (box.width <= 1 || !box.height) return [];
    const fits = side(one, box, "width", "left") >= least - 0.5 && side(one, box, "height", "top") >= least - 0.5;
    return fits ? [] : [`${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 110)}`];
  });
}"""


def watch(page: Page) -> list[str]:
    """Collect what goes wrong in the page's scripts and what the policy refuses; answers of requests do not count."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if counts(said.type, said.text) else None)
    return problems


def counts(kind: str, text: str) -> bool:
    """A refused or aborted request is the test's own doing; everything else said loudly is a fault."""
    return kind in ("error", "warning") and not text.startswith(REFUSALS)


def watch_shifts(page: Page) -> None:
    """From the next page on, add up how far content moved by itself."""
    page.add_init_script(_WATCH_SHIFTS)


def shift(page: Page) -> float:
    """The layout shift of the page so far; 0.1 is what people call stable."""
    return page.evaluate("window.__shift")


def findings(page: Page, part: str = "body", *, rules: list[str] | None = None) -> list[str]:
    """The serious and critical findings of axe, one line each with the elements; `part`: what lies on top."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(_STAND_STILL)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    answer = page.evaluate(
        "([part, only]) => axe.run(part, { runOnly: only, resultTypes: ['violations'], iframes: false })", [part, only]
    )
    return [
        f"{one['id']}: {', '.join(' '.join(map(str, node['target'])) for node in one['nodes'])}"
        for one in answer["violations"]
        if one["impact"] in SERIOUS
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def small_targets(page: Page, least: int = 44) -> list[str]:
    """What can be pressed and is smaller than a fingertip; links within a sentence are as high as their line."""
    return page.evaluate(_SMALL, least)
