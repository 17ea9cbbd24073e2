// The list: filters and search as one form, tabs, loading more without doubles. Loaded with the first of them.
const { zrg } = window, { gettext, ngettext } = zrg;
const DEBOUNCE_MS = 300;
let timer = null;
let running = null;

const form = () => zrg.$("#filters");

export function query() {
  const data = new URLSearchParams();
  if (!form()) return data;
  for (const [name, value] of new FormData(form())) if (value && !["view", "clientId"].includes(name) && !(name === "sort" && value === "newest")) data.append(name, value);
  return data;
}

function address(data) {
  const link = new URLSearchParams({ view: "inbox", clientId: zrg.scope });
  for (const [name, value] of data) link.append(name, value);
  if (zrg.current()) link.set("leadId", zrg.current());
  return `/?${link}`;
}

export async function reload({ quiet = false } = {}) {
  clearTimeout(timer);
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
    zrg.$(".list__title h1").textContent = zrg.$("h1", fresh).textContent;
    zrg.$("#filter-menu summary").replaceChildren(...zrg.$("#filter-menu summary", fresh).childNodes);
    region.replaceWith(rows);
    zrg.process(rows);
    if (quiet) rows.scrollTop = scroll;
    zrg.$("#new-arrivals").hidden = true;
    zrg.select(zrg.current());
    if (!quiet) {
      history.replaceState(history.state, "", address(data));
      const n = zrg.$$(".lead", rows).length;
      zrg.say(zrg.$("#more") ? ngettext("{n} or more conversations", "{n} or more conversations", n) : ngettext("{n} conversation", "{n} conversations", n));
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    const what = error.status === 503 ? gettext("The search took too long.") : gettext("The list could not be loaded.");
    zrg.$(".error-card", region)?.remove();
    region.prepend(zrg.errorCard(what, () => reload(), error.reference));
  } finally {
    clearTimeout(slow);
    zrg.$("#rows-region")?.removeAttribute("aria-busy");
  }
}

export async function refreshTabs() {
  const data = query();
  data.set("tab", zrg.$("#rows-region")?.dataset.tab || "");
  const response = await zrg.get(`/w/${zrg.scope}/inbox/tabs?${data}`).catch(() => null);
  const old = zrg.$("#tabs");
  if (response?.status !== 200) {
    // The last counts stay, and say that they are the last.
    if (!zrg.$(".tabs__delayed", old)) old.append(Object.assign(document.createElement("p"), { className: "tabs__delayed", textContent: gettext("Counts delayed") }));
    return;
  }
  const fresh = zrg.$("#tabs", zrg.fragment(await response.text()));
  const focused = old.contains(document.activeElement) && document.activeElement.dataset.tab;
  const { scrollTop, scrollLeft } = old;
  old.replaceWith(fresh);
  zrg.process(fresh);
  Object.assign(fresh, { scrollTop, scrollLeft });
  if (focused) zrg.$(`[data-tab="${focused}"]`, fresh)?.focus();
}

// A newer query takes the place of the older one.
export function search() {
  clearTimeout(timer);
  timer = setTimeout(reload, DEBOUNCE_MS);
}

export function filter(field) {
  reload();
  if (field.name === "assigned") refreshTabs();
}

// A tab is a link; with script only the list changes and the open conversation stays.
export async function openTab(tab) {
  for (const one of zrg.$$("#tabs a[aria-current]")) one.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "page");
  form().elements.namedItem("tab").value = tab.dataset.tab;
  await reload();
  zrg.$("#rows-region").scrollTop = 0;
}

export async function showArrivals() {
  zrg.$("#rows-region").scrollTop = 0;
  await reload();
}

// A conversation that moved up between two pages is shown once.
export function settle(target) {
  if (target.id === "list") {
    history.replaceState(history.state, "", address(query()));
    zrg.select(zrg.current());
    refreshTabs();
    // The link that was followed went with the old pane.
    if (document.activeElement === document.body) zrg.$(".list__title h1").focus();
  }
  const seen = new Set();
  for (const row of zrg.$$("#rows .lead")) {
    if (seen.has(row.id)) row.remove();
    seen.add(row.id);
  }
  const count = zrg.$("[data-list-count]");
  if (count) count.textContent = `${seen.size}${zrg.$("#more") ? "+" : ""}`;
}
