// The desk: what its parts share first (requests, announcements, menus, ages, errors), then the
// conversation, the list, live refresh and the keys. One file, because every
// further one costs a first visit.
const body = document.body;
const headers = JSON.parse(body.getAttribute("hx-headers") || "{}");
// Who logs in again in another tab gets another token; this page goes on with it.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? headers["X-CSRFToken"];

// Sentences are written in English; a page in another language brings them along (docs/concepts.md).
const { texts = {}, plural = "" } = JSON.parse(document.getElementById("script-words")?.textContent || "{}");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const gettext = (text, values = {}) => fill(texts[text] || text, values);
function ngettext(one, many, n, values = {}) {
  const form = texts[one]?.[plural[n < 200 ? n : 100 + n % 100]];
  return fill(form || (n === 1 ? one : many), { n, ...values });
}

const zrg = {
  gettext, ngettext,
  scope: body.dataset.scope,
  person: body.dataset.person,
  shortcuts: body.dataset.shortcuts !== "off",
  $: (selector, root = document) => root.querySelector(selector),
  $$: (selector, root = document) => [...root.querySelectorAll(selector)],

  async get(url, options = {}) {
    const response = await fetch(url, { credentials: "same-origin", ...options, headers: { "HX-Request": "true", ...options.headers } });
    if (response.status === 401) body.dispatchEvent(new CustomEvent("zrg:signed-out"));
    return response;
  },
  send(method, url, data, extra = {}) {
    return zrg.get(url, { method, headers: { "Content-Type": "application/json", Accept: "application/json", ...headers, "X-CSRFToken": token(), ...extra }, body: JSON.stringify(data) });
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
    const again = Object.assign(document.createElement("button"), { type: "button", className: "button button--small", textContent: gettext("Retry") });
    again.addEventListener("click", retry);
    card.append(what, again);
    if (reference) card.append(Object.assign(document.createElement("small"), { className: "muted", textContent: gettext("Ref {reference}", { reference }) }));
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
// What a refusal without words of its own means; `code` is that of its JSON body.
const why = (status, reference, code) => {
  if (code === "csrf_failed") return gettext("This page was open too long. Your text is kept; load the page again.");
  if (status === 403) return gettext("Your role does not include this.");
  if (status === 404) return gettext("This is no longer available to you.");
  if (status === 423) return gettext("This workspace is suspended: nothing can be changed or sent.");
  if (status === 429) return gettext("Too many attempts. Wait a little and try again.");
  return gettext("That did not work. Ref {reference}", { reference: reference || status });
};
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) return body.dispatchEvent(new CustomEvent("zrg:signed-out"));
  let code = "";
  try { code = JSON.parse(xhr.responseText).error; } catch { /* a page or nothing: the status says it */ }
  zrg.toast(why(xhr.status, xhr.getResponseHeader("x-request-id"), code));
});
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = token();
  if (detail.parameters.csrfmiddlewaretoken) detail.parameters.csrfmiddlewaretoken = token();
});
document.addEventListener("htmx:sendError", () => zrg.toast(gettext("No connection. Your text is kept; try again.")));
// An expired log-in never throws the page away: typed text stays, the log-in opens beside it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status === 401) { event.preventDefault(); body.dispatchEvent(new CustomEvent("zrg:signed-out")); }
});
body.addEventListener("zrg:signed-out", () => {
  if (zrg.$("#signed-out")) return;
  const bar = Object.assign(document.createElement("p"), { id: "signed-out", className: "banner banner--warning" });
  bar.setAttribute("role", "alert");
  bar.append(gettext("Your log-in has ended. Your text is kept."), " ");
  bar.append(Object.assign(document.createElement("a"), { href: "/account/login/", target: "_blank", rel: "noopener", textContent: gettext("Log in in a new tab") }));
  body.prepend(bar);
});

// --- ages in lists stay true
setInterval(() => { if (!document.hidden) import(body.dataset.ages).then((part) => part.renew(), () => {}); }, 30000);

// --- parts loaded on first use
const parts = {};
zrg.part = (name) => parts[name] ??= import(body.dataset[name]).catch((error) => {
  delete parts[name];
  zrg.toast(gettext("No connection. Your text is kept; try again."));
  throw error;
});
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
    document.title = `${zrg.$("#talk")?.dataset.title || gettext("Inbox")} · ${gettext("Inbox")} · ZRG`;
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
    const slow = setTimeout(() => {
      if (mine !== running) return;
      pane.replaceChildren(zrg.fragment(`<div class="skeleton" role="status">${"<span></span>".repeat(6)}</div>`));
      pane.firstChild.setAttribute("aria-label", gettext("Loading"));
    }, 300);
    try {
      // One that is on its way is not asked for twice.
      const early = known && Date.now() - known.at < FRESH_MS ? await known.html : "";
      const html = early || await load(url);
      clearTimeout(slow);
      if (mine !== running) return;
      show(html, lead, { focus });
      if (early) zrg.send("POST", `/api/inbox/conversations/${lead}/seen`, {});
    } catch (error) {
      clearTimeout(slow);
      if (error.name === "AbortError" || mine !== running) return;
      if (error.status === 404) { document.getElementById(`row-${lead}`)?.remove(); zrg.toast(gettext("This conversation is no longer available to you.")); }
      document.body.classList.add("app--open");
      pane.replaceChildren(zrg.errorCard(gettext("The conversation could not be loaded."), () => open(link, { push: false }), error.reference));
      // On a phone the list is behind it.
      const list = new URL(link.href);
      list.searchParams.delete("leadId");
      const back = Object.assign(document.createElement("a"), { href: list, className: "button button--small talk__back", textContent: gettext("Back to the list") });
      back.dataset.back = "";
      pane.firstChild.append(back);
    }
  }
  zrg.open = open;

  function rows() { return zrg.$$("#rows .lead"); }
  function step(by) {
    const all = rows(), at = all.findIndex((row) => row.dataset.lead === current());
    const next = all[at < 0 ? (by > 0 ? 0 : -1) : at + by];
    if (!next) { zrg.say(by > 0 ? gettext("End of the list.") : gettext("Start of the list.")); return false; }
    open(zrg.$("a", next));
    return true;
  }
  zrg.step = step;

  function fetchAhead() {
    const all = rows(), next = all[all.findIndex((row) => row.dataset.lead === current()) + 1];
    const url = next && zrg.$("a", next).dataset.open;
    if (!url || ahead.has(url) || navigator.connection?.saveData) return;
    ahead.clear();
    setTimeout(() => ahead.set(url, { html: load(url, true).catch(() => ""), at: Date.now() }), 250);
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

  toBottom();
  fetchAhead();
}

// The list and live refresh are parts of their own: what happens to them here only wakes them.
{
  zrg.reloadList = (options) => zrg.part("list").then((list) => list.reload(options));
  zrg.refreshTabs = () => zrg.part("list").then((list) => list.refreshTabs());
  zrg.refreshThread = () => zrg.part("live").then((live) => live.refreshThread());
  const inList = (act, ...data) => void zrg.part("list").then((list) => list[act](...data));

  document.addEventListener("input", (event) => { if (event.target.id === "search") inList("search"); });
  document.addEventListener("change", (event) => { if (event.target.form?.id === "filters" && event.target.id !== "search") inList("filter", event.target); });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "filters") return;
    event.preventDefault();
    zrg.$("details[data-menu][open]")?.removeAttribute("open");
    inList("reload");
  });
  document.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const tab = event.target.closest("#tabs a[data-tab]");
    if (tab && zrg.$("#filters")) {
      event.preventDefault();
      inList("openTab", tab);
    }
    if (event.target.closest("#new-arrivals")) inList("showArrivals");
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.closest("#list")) inList("settle", event.target); });

  let left = false;
  document.addEventListener("click", (event) => { if (event.target.closest("[data-done]")) left = true; }, true);
  document.addEventListener("zrg:changed", (event) => {
    const gone = left;
    left = false;
    zrg.part("live").then((live) => live.changed(event.detail, gone));
  });
  document.addEventListener("zrg:poll", () => { zrg.refreshThread(); zrg.refreshStation(); });
  const live = () => zrg.part("live").catch(() => setTimeout(live, 30000));
  setTimeout(live, 2000);
}

// A choice made with the keyboard passes others on its way, and some of them stop a lead: it is saved with
// Enter or on leaving the field, and Escape puts it back. One made with a pointer is saved at once.
{
  let keyed = false;
  let held = null;
  const settle = (save) => {
    const select = held;
    held = null;
    if (save) select?.form?.requestSubmit();
    else for (const one of select?.options || []) one.selected = one.defaultSelected;
  };
  addEventListener("pointerdown", () => { keyed = false; }, true);
  addEventListener("keydown", (event) => {
    keyed = true;
    if (!held || event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Enter") event.preventDefault();
    settle(event.key === "Enter");
  }, true);
  addEventListener("change", (event) => {
    if (!keyed || !event.target.matches("form[hx-trigger^='change'] select")) return;
    event.stopPropagation();
    if (!held) zrg.toast(gettext("Enter saves it, Esc puts it back."));
    held = event.target;
  }, true);
  addEventListener("focusout", (event) => { if (held && event.target === held) settle(true); }, true);
}

// Single keys, never while a field has the focus nor for a person who turned them off.
{
  const dialog = zrg.$("#keys");
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
  for (const key of "xgeuvniz") acts[key] = () => zrg.$(`[data-key='${key}']`)?.click();

  if (zrg.shortcuts) document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (zrg.typing(event.target) || zrg.$("dialog[open]") || event.repeat && event.key !== "j" && event.key !== "k") return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
