// The list: filters and search as one form, tabs, loading more without doubles.
const { zrg } = window;
const DEBOUNCE_MS = 300;
let timer = null;
let running = null;

const form = () => zrg.$("#filters");

function query() {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form())) if (value && !["view", "clientId"].includes(name)) data.append(name, value);
  return data;
}

function address(data) {
  const link = new URLSearchParams({ view: "inbox", clientId: zrg.scope });
  for (const [name, value] of data) link.append(name, value);
  if (zrg.current?.()) link.set("leadId", zrg.current());
  return `/?${link}`;
}

async function reload({ quiet = false } = {}) {
  running?.abort();
  running = new AbortController();
  const mine = running, data = query(), region = zrg.$("#rows-region");
  const slow = setTimeout(() => region.setAttribute("aria-busy", "true"), 300);
  try {
    const response = await zrg.get(`/w/${zrg.scope}/inbox/list?${data}`, { signal: mine.signal });
    if (mine !== running) return;
    if (!response.ok) throw Object.assign(new Error(), { status: response.status, reference: response.headers.get("x-request-id") });
    const fresh = zrg.fragment(await response.text());
    const scroll = region.scrollTop;
    const rows = zrg.$("#rows-region", fresh);
    region.replaceWith(rows);
    zrg.process(rows);
    if (quiet) rows.scrollTop = scroll;
    zrg.$("#new-arrivals").hidden = true;
    zrg.select?.(zrg.current?.());
    if (!quiet) {
      history.replaceState(history.state, "", address(data));
      zrg.say(`${zrg.$$(".lead", rows).length}${zrg.$("#more") ? " or more" : ""} conversations`);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    const what = error.status === 503 ? "The search took too long." : "The list could not be loaded.";
    zrg.$(".error-card", region)?.remove();
    region.prepend(zrg.errorCard(what, () => reload(), error.reference));
  } finally {
    clearTimeout(slow);
    zrg.$("#rows-region")?.removeAttribute("aria-busy");
  }
}
zrg.reloadList = reload;

async function refreshTabs() {
  const tab = zrg.$("#rows-region")?.dataset.tab || "";
  const data = form() ? query() : new URLSearchParams();
  data.set("tab", tab);
  const response = await zrg.get(`/w/${zrg.scope}/inbox/tabs?${data}`);
  const old = zrg.$("#tabs");
  if (response.status !== 200) return;
  const fresh = zrg.$("#tabs", zrg.fragment(await response.text()));
  const focused = old.contains(document.activeElement) && document.activeElement.dataset.tab;
  const { scrollTop, scrollLeft } = old;
  old.replaceWith(fresh);
  Object.assign(fresh, { scrollTop, scrollLeft });
  if (focused) zrg.$(`[data-tab="${focused}"]`, fresh)?.focus();
}
zrg.refreshTabs = refreshTabs;

document.addEventListener("input", (event) => {
  if (event.target.id !== "search") return;
  clearTimeout(timer);
  timer = setTimeout(reload, DEBOUNCE_MS);
});
document.addEventListener("change", (event) => { if (event.target.form?.id === "filters" && event.target.id !== "search") { reload(); if (event.target.name === "assigned") refreshTabs(); } });
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filters") return;
  event.preventDefault();
  clearTimeout(timer);
  zrg.$("details[data-menu][open]")?.removeAttribute("open");
  reload();
});

// A tab is a link; with script only the list changes and the open conversation stays.
document.addEventListener("click", async (event) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const tab = event.target.closest("#tabs a[data-tab]");
  if (tab && form()) {
    event.preventDefault();
    for (const one of zrg.$$("#tabs a[aria-current]")) one.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "page");
    form().elements.namedItem("tab").value = tab.dataset.tab;
    zrg.$(".list__title h1").textContent = zrg.$(".truncate", tab).textContent;
    await reload();
    zrg.$("#rows-region").scrollTop = 0;
  }
  if (event.target.closest("#new-arrivals")) { zrg.$("#rows-region").scrollTop = 0; reload(); }
});

// A conversation that moved up between two pages is shown once.
document.addEventListener("htmx:afterSwap", () => {
  const seen = new Set();
  for (const row of zrg.$$("#rows .lead")) {
    if (seen.has(row.id)) row.remove();
    seen.add(row.id);
  }
});
