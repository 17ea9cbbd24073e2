// The desk: what its parts share first (requests, announcements, menus, ages, errors), then the
// conversation, the list, live refresh and the keys. One file, because every
// further one costs a first visit.
const body = document.body;
const headers = JSON.parse(body.getAttribute("hx-headers") || "{}");

const zrg = {
  scope: body.dataset.scope,
  person: body.dataset.person,
  $: (selector, root = document) => root.querySelector(selector),
  $$: (selector, root = document) => [...root.querySelectorAll(selector)],

  async get(url, options = {}) {
    const response = await fetch(url, { credentials: "same-origin", ...options, headers: { "HX-Request": "true", ...options.headers } });
    if (response.status === 401) body.dispatchEvent(new CustomEvent("zrg:signed-out"));
    return response;
  },
  send(method, url, data, extra = {}) {
    return zrg.get(url, { method, headers: { "Content-Type": "application/json", Accept: "application/json", ...headers, ...extra }, body: JSON.stringify(data) });
  },
  fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  },
  process(element) { window.htmx?.process(element); },
  say(text) {
    const place = zrg.$("#announce");
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = text; });
  },
  toast(text) {
    const place = zrg.$("#toast");
    place.textContent = text;
    place.hidden = false;
    clearTimeout(zrg.toastTimer);
    zrg.toastTimer = setTimeout(() => { place.hidden = true; }, 3500);
  },
  store: {
    read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* storage is full or off: the page keeps the text */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* nothing to drop */ } },
  },
  typing(target) { return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName); },
  errorCard(title, retry, reference) {
    const card = document.createElement("div");
    card.className = "error-card";
    card.setAttribute("role", "alert");
    const what = Object.assign(document.createElement("strong"), { textContent: title });
    const again = Object.assign(document.createElement("button"), { type: "button", className: "button button--small", textContent: "Retry" });
    again.addEventListener("click", retry);
    card.append(what, again);
    if (reference) card.append(Object.assign(document.createElement("small"), { className: "muted", textContent: `Ref ${reference}` }));
    return card;
  },
};
window.zrg = zrg;

// --- menus: close on a click elsewhere or Escape, focus goes back to the button
document.addEventListener("click", (event) => {
  for (const menu of zrg.$$("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = zrg.$("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    zrg.$("summary", menu).focus();
    event.stopImmediatePropagation();
  } else if (zrg.typing(event.target)) event.target.blur();
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.target.closest?.("details[data-menu]")?.removeAttribute("open");
});

// --- answers of acts
document.addEventListener("zrg:changed", (event) => {
  const { notice } = event.detail;
  if (notice) { zrg.say(notice); zrg.toast(notice); }
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) return body.dispatchEvent(new CustomEvent("zrg:signed-out"));
  const reference = event.detail.xhr.getResponseHeader("x-request-id");
  zrg.toast(status === 403 ? "Your role does not include this." : status === 404 ? "This is no longer available to you." : `That did not work. Ref ${reference || status}`);
});
document.addEventListener("htmx:sendError", () => zrg.toast("No connection. Your text is kept; try again."));
// An expired log-in never throws the page away: typed text stays, the log-in opens beside it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status === 401) { event.preventDefault(); body.dispatchEvent(new CustomEvent("zrg:signed-out")); }
});
body.addEventListener("zrg:signed-out", () => {
  if (zrg.$("#signed-out")) return;
  const bar = Object.assign(document.createElement("p"), { id: "signed-out", className: "banner banner--warning" });
  bar.setAttribute("role", "alert");
  bar.append("Your log-in has ended. Your text is kept. ");
  bar.append(Object.assign(document.createElement("a"), { href: "/account/login/", target: "_blank", rel: "noopener", textContent: "Log in in a new tab" }));
  body.prepend(bar);
});

// --- ages in lists stay true
function age(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return seconds < 604800 ? `${Math.floor(seconds / 86400)} d` : null;
}
function waiting(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / 60000));
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${rest} m` : rest ? `${rest} m` : "under a minute";
}
setInterval(() => {
  if (document.hidden) return;
  for (const element of zrg.$$("time[data-age]")) {
    const text = age(Date.parse(element.dateTime));
    if (text) element.textContent = text;
  }
  for (const element of zrg.$$("[data-waiting-since]")) zrg.$("[data-waiting]", element).textContent = waiting(Date.parse(element.dataset.waitingSince));
}, 30000);

// --- parts loaded on first use
document.addEventListener("change", (event) => {
  if (event.target.matches(".lead__pick")) import(event.target.form.dataset.script).then((part) => part.pick(event.target));
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-part]");
  if (!button || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  import(button.dataset.part).then((part) => part.open(button));
});

zrg.$("#tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// --- the drawer: beside the thread where there is room, a sheet elsewhere
const wide = matchMedia("(min-width: 80rem)");
if (zrg.store.read("zrg-drawer") === "closed") body.classList.add("app--no-drawer");
function toggleDrawer(button) {
  if (wide.matches) {
    const closed = body.classList.toggle("app--no-drawer");
    zrg.store.write("zrg-drawer", closed ? "closed" : "open");
    return;
  }
  const open = body.classList.toggle("app--drawer");
  if (open) zrg.$("#drawer [data-close-drawer]")?.focus();
  else button?.focus();
}
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle-drawer]");
  if (toggle) return toggleDrawer(toggle);
  if (event.target.closest("[data-close-drawer]") || (body.classList.contains("app--drawer") && !event.target.closest("#drawer"))) {
    body.classList.remove("app--drawer");
    zrg.$("[data-toggle-drawer]")?.focus();
  }
});
zrg.toggleDrawer = toggleDrawer;

// Opening a conversation, fetching the next ahead, going back, keeping the thread's place.
{
  const pane = zrg.$("#conversation");
  const ahead = new Map();
  const FRESH_MS = 30000;
  let running = null;

  function current() { return zrg.$("#talk")?.dataset.lead || null; }
  zrg.current = current;

  function select(lead) {
    for (const row of zrg.$$(".lead[data-selected]")) { row.removeAttribute("data-selected"); zrg.$("a", row).removeAttribute("aria-current"); }
    const row = lead && document.getElementById(`row-${lead}`);
    if (!row) return;
    row.setAttribute("data-selected", "");
    row.removeAttribute("data-unread");
    zrg.$(".dot", row)?.remove();
    zrg.$("a", row).setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
  }
  zrg.select = select;

  function show(html, lead, { focus = false } = {}) {
    pane.replaceChildren(zrg.fragment(html));
    zrg.process(pane);
    document.body.classList.add("app--open");
    document.title = `${zrg.$("#talk")?.dataset.title || "Inbox"} · Inbox · ZRG`;
    toBottom();
    pane.dispatchEvent(new CustomEvent("zrg:opened", { bubbles: true, detail: { lead } }));
    if (focus || matchMedia("(max-width: 47.99rem)").matches) zrg.$("#talk-name")?.focus({ preventScroll: true });
    fetchAhead();
  }

  function toBottom() { const box = zrg.$("#thread-scroll"); if (box) box.scrollTop = box.scrollHeight; }
  zrg.toBottom = toBottom;

  async function load(url, prefetch = false) {
    const response = await zrg.get(url, { headers: prefetch ? { "X-Zrg-Prefetch": "1" } : {}, signal: prefetch ? undefined : running?.signal });
    if (!response.ok) throw Object.assign(new Error(String(response.status)), { status: response.status, reference: response.headers.get("x-request-id") });
    return response.text();
  }

  async function open(link, { push = true, focus = false } = {}) {
    const url = link.dataset.open, lead = link.closest("[data-lead]")?.dataset.lead;
    running?.abort();
    running = new AbortController();
    const mine = running;
    select(lead);
    if (push) history.pushState({ open: url, lead }, "", link.href);
    const known = ahead.get(url);
    ahead.delete(url);
    if (known && Date.now() - known.at < FRESH_MS) {
      show(known.html, lead, { focus });
      zrg.send("POST", `/api/inbox/conversations/${lead}/seen`, {});
      return;
    }
    const slow = setTimeout(() => {
      if (mine === running) pane.replaceChildren(zrg.fragment('<div class="skeleton" aria-label="Loading" role="status"><span></span><span></span><span></span><span></span><span></span><span></span></div>'));
    }, 300);
    try {
      const html = await load(url);
      clearTimeout(slow);
      if (mine === running) show(html, lead, { focus });
    } catch (error) {
      clearTimeout(slow);
      if (error.name === "AbortError" || mine !== running) return;
      if (error.status === 404) { document.getElementById(`row-${lead}`)?.remove(); zrg.toast("This conversation is no longer available to you."); }
      document.body.classList.add("app--open");
      pane.replaceChildren(zrg.errorCard("The conversation could not be loaded.", () => open(link, { push: false }), error.reference));
    }
  }
  zrg.open = open;

  function rows() { return zrg.$$("#rows .lead"); }
  function step(by) {
    const all = rows(), at = all.findIndex((row) => row.dataset.lead === current());
    const next = all[at < 0 ? (by > 0 ? 0 : -1) : at + by];
    if (!next) { zrg.say(by > 0 ? "End of the list." : "Start of the list."); return false; }
    open(zrg.$("a", next));
    return true;
  }
  zrg.step = step;

  function fetchAhead() {
    const all = rows(), next = all[all.findIndex((row) => row.dataset.lead === current()) + 1];
    const url = next && zrg.$("a", next).dataset.open;
    if (!url || ahead.has(url) || navigator.connection?.saveData) return;
    ahead.clear();
    setTimeout(() => load(url, true).then((html) => ahead.set(url, { html, at: Date.now() })).catch(() => {}), 250);
  }
  zrg.forgetAhead = () => ahead.clear();

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[data-open]");
    if (link) { event.preventDefault(); open(link); return; }
    if (event.target.closest("a[data-back]")) {
      event.preventDefault();
      close(true);
    }
  });

  function close(push) {
    const lead = current();
    document.body.classList.remove("app--open", "app--drawer");
    if (push) history.pushState({}, "", zrg.$("a[data-back]")?.href || "/");
    zrg.$(`#row-${lead} a`)?.focus();
  }

  history.replaceState({ open: current() && `${zrg.$("#talk").dataset.prefix}/conversation/${current()}`, lead: current() }, "");
  addEventListener("popstate", (event) => {
    const { open: url, lead } = event.state || {};
    if (!url) { document.body.classList.remove("app--open", "app--drawer"); select(null); return; }
    const link = zrg.$(`#row-${lead} a`) || Object.assign(document.createElement("a"), { href: location.href });
    if (!link.dataset.open) link.dataset.open = url;
    open(link, { push: false });
  });

  // --- the thread: earlier messages keep the place, new ones are followed only at the bottom
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "earlier") return;
    const box = zrg.$("#thread-scroll");
    zrg.anchor = box.scrollHeight - box.scrollTop;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (zrg.anchor === undefined) return;
    const box = zrg.$("#thread-scroll");
    box.scrollTop = box.scrollHeight - zrg.anchor;
    zrg.anchor = undefined;
  });

  async function refreshThread() {
    const talk = zrg.$("#talk"), box = zrg.$("#thread-scroll");
    if (!talk || !box) return;
    const lead = talk.dataset.lead;
    const seen = document.hasFocus() ? "?seen=1" : "";
    const response = await zrg.get(`${talk.dataset.prefix}/thread/${lead}${seen}`);
    if (!response.ok || current() !== lead) return;
    const fresh = zrg.fragment(await response.text()), thread = zrg.$("#thread");
    const head = zrg.$("#talk-head", fresh), oldHead = zrg.$("#talk-head");
    if (head && !oldHead.contains(document.activeElement) && !zrg.$("details[open], [data-syncing]", oldHead)) { oldHead.replaceWith(head); zrg.process(head); }
    const newer = zrg.$("#thread", fresh);
    if (!newer) return;
    const atBottom = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    const { scrollTop } = box, focused = thread.contains(document.activeElement) ? document.activeElement : null;
    const known = new Map(zrg.$$("article", thread).map((one) => [one.id, one]));
    // Earlier pages were loaded: what stands above the first message of this page stays.
    const first = zrg.$("[data-message]", newer), above = [];
    for (let one = known.get(first?.id)?.previousElementSibling; one; one = one.previousElementSibling) above.unshift(one);
    if (above.some((one) => one.dataset.message)) {
      while (newer.firstElementChild !== first) newer.firstElementChild.remove();
      newer.prepend(...above);
    }
    // What somebody is reading or filling in stays as it is; so does what did not change.
    for (const one of zrg.$$("article", newer)) {
      const old = known.get(one.id);
      if (old && old !== one && (old.contains(focused) || zrg.$("details[open]", old) || old.dataset.delivery === one.dataset.delivery && old.textContent === one.textContent)) one.replaceWith(old);
    }
    thread.replaceWith(newer);
    zrg.process(newer);
    box.scrollTop = scrollTop;
    focused?.focus({ preventScroll: true });
    if (atBottom) toBottom();
  }
  zrg.refreshThread = refreshThread;

  toBottom();
  fetchAhead();
}

// The list: filters and search as one form, tabs, loading more without doubles.
{
  const DEBOUNCE_MS = 300;
  let timer = null;
  let running = null;

  const form = () => zrg.$("#filters");

  function query() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form())) if (value && !["view", "clientId"].includes(name) && !(name === "sort" && value === "newest")) data.append(name, value);
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
      zrg.$(".list__title h1").textContent = zrg.$("h1", fresh).textContent;
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
  zrg.listQuery = () => form() ? query() : new URLSearchParams();

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
    zrg.process(fresh);
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
      await reload();
      zrg.$("#rows-region").scrollTop = 0;
    }
    if (event.target.closest("#new-arrivals")) { zrg.$("#rows-region").scrollTop = 0; reload(); }
  });

  // A conversation that moved up between two pages is shown once.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "list") {
      history.replaceState(history.state, "", address(query()));
      zrg.select(zrg.current());
      refreshTabs();
    }
    const seen = new Set();
    for (const row of zrg.$$("#rows .lead")) {
      if (seen.has(row.id)) row.remove();
      seen.add(row.id);
    }
  });
}

// Live refresh: ask every ten seconds what changed, fetch just that, say when the connection is gone.
{
  const EVERY_MS = 10000;
  const BACKOFF_MS = [10000, 20000, 40000, 60000];
  let since = document.body.dataset.asOf;
  let failures = 0;
  let timer = null;
  let polling = false;
  const arrivals = new Set();

  function schedule(ms = EVERY_MS) {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(poll, ms * (0.8 + Math.random() * 0.4));
  }

  function connection(state) {
    const place = zrg.$("#live-state");
    if (!place || place.dataset.state === state) return;
    place.dataset.state = state;
    zrg.$(".live__text", place).textContent = { live: "Live", retry: "Reconnecting…", off: "Offline" }[state];
  }

  async function poll() {
    if (polling || !since) return;
    polling = true;
    try {
      const response = await zrg.get(`/api/inbox/changes?clientId=${zrg.scope}&since=${encodeURIComponent(since)}`);
      if (!response.ok) throw new Error(String(response.status));
      failures = 0;
      connection("live");
      if (response.status === 200) {
        const answer = await response.json();
        const moved = answer.asOf !== since;
        since = answer.asOf;
        await apply(answer.leads);
        if (answer.more && moved) { polling = false; return void poll(); }
      }
      schedule();
    } catch {
      failures += 1;
      connection(navigator.onLine ? "retry" : "off");
      schedule(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1]);
    } finally { polling = false; }
  }

  const told = new Map();
  async function apply(leads) {
    const open = zrg.current?.();
    zrg.forgetAhead?.();
    await Promise.all([
      zrg.refreshTabs(),
      ...leads.map((lead) => refreshRow(lead)),
      ...(leads.includes(open) ? [zrg.refreshThread(), zrg.refreshStation()] : []),
    ]);
  }

  // A row that is on screen is replaced where it stands; a lead that is new at the top is announced.
  async function refreshRow(lead) {
    const old = document.getElementById(`row-${lead}`);
    const response = await zrg.get(`/w/${zrg.scope}/inbox/row/${lead}?${zrg.listQuery()}`);
    if (response.status === 404 || response.status === 204) {
      // Gone, or no longer in this tab; the open conversation's row stays until the person moves on.
      if (response.status === 404 || lead !== zrg.current?.()) old?.remove();
      return forgetArrival(lead);
    }
    if (!response.ok) return;
    const row = zrg.$(".lead", zrg.fragment(await response.text()));
    const before = told.get(lead) || old?.dataset.at;
    told.set(lead, row.dataset.at);
    if (old) {
      if (old.outerHTML.replace(/ data-selected=""| aria-current="true"/g, "") !== row.outerHTML) {
        const focused = old.contains(document.activeElement);
        old.replaceWith(row);
        if (lead === zrg.current?.()) zrg.select(lead);
        if (focused) zrg.$("a", row).focus();
      }
      return;
    }
    const first = zrg.$("#rows .lead");
    const isNew = before !== row.dataset.at && (!first || Date.parse(row.dataset.at) > Date.parse(first.dataset.at));
    if (!isNew) return;
    arrivals.add(lead);
    showArrivals();
    zrg.say(`${arrivals.size} new ${arrivals.size === 1 ? "conversation" : "conversations"}`);
  }

  function showArrivals() {
    const button = zrg.$("#new-arrivals");
    button.textContent = `${arrivals.size} new`;
    button.hidden = !arrivals.size;
  }

  function forgetArrival(lead) { if (arrivals.delete(lead)) showArrivals(); }

  document.addEventListener("click", (event) => { if (event.target.closest("#new-arrivals")) arrivals.clear(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(timer); else poll(); });
  addEventListener("online", poll);
  addEventListener("offline", () => connection("off"));
  document.addEventListener("zrg:poll", () => { zrg.refreshThread(); zrg.refreshStation(); });

  // What this person did is on screen at once, not at the next poll.
  document.addEventListener("zrg:changed", (event) => {
    const { lead } = event.detail;
    const done = zrg.leaving;
    zrg.leaving = false;
    zrg.refreshTabs();
    if (done) return;
    refreshRow(lead);
    if (lead === zrg.current?.()) zrg.refreshThread();
  });
  // Done and snooze take the row out of the list and go on with the next.
  document.addEventListener("click", (event) => { if (event.target.closest("[data-done]")) zrg.leaving = true; }, true);
  document.addEventListener("zrg:changed", (event) => {
    if (!event.detail.notice?.startsWith("Snoozed")) return;
    const row = document.getElementById(`row-${event.detail.lead}`);
    if (zrg.$("#rows-region")?.dataset.tab === "snoozed") return;
    const moved = zrg.step(1) || zrg.step(-1);
    row?.remove();
    if (!moved) zrg.reloadList({ quiet: true });
  });

  schedule(2000);
}

// Single keys, never while a field has the focus.
{
  const dialog = zrg.$("#keys");
  const toggle = zrg.$("#keys-on");

  toggle.checked = zrg.store.read("zrg-keys") !== "off";
  toggle.addEventListener("change", () => zrg.store.write("zrg-keys", toggle.checked ? "on" : "off"));
  zrg.$("[data-open-keys]").hidden = false;
  document.addEventListener("click", (event) => { if (event.target.closest("[data-open-keys]")) dialog.showModal(); });

  const acts = {
    j: () => zrg.step(1),
    k: () => zrg.step(-1),
    r: () => { const text = zrg.$("#editor"); if (text) { text.focus(); text.setSelectionRange(text.value.length, text.value.length); } },
    a: () => { if (zrg.$("#composer[data-draft]")) zrg.approve(); },
    s: () => { const menu = zrg.$("summary[data-key='s']"); if (menu) { menu.click(); zrg.$("button", menu.parentElement)?.focus(); } },
    l: () => { if (!zrg.$("#sentiment")?.checkVisibility()) zrg.toggleDrawer(); zrg.$("#sentiment")?.focus(); },
    m: () => { if (!zrg.$("#assigned-to")?.checkVisibility()) zrg.toggleDrawer(); zrg.$("#assigned-to")?.focus(); },
    "/": () => { const search = zrg.$("#search"); search?.focus(); search?.select(); },
    "?": () => dialog.showModal(),
  };
  acts.X = () => zrg.$("[data-selected] .lead__pick")?.click();
  for (const key of "xgeuv") acts[key] = () => zrg.$(`[data-key='${key}']`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (zrg.typing(event.target) || zrg.$("dialog[open]") || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (!toggle.checked && event.key !== "?") return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
