// Opening a conversation, fetching the next ahead, going back, keeping the thread's place.
const { zrg } = window;
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
  if (head && !oldHead.contains(document.activeElement) && !zrg.$("details[open]", oldHead)) { oldHead.replaceWith(head); zrg.process(head); }
  const newer = zrg.$("#thread", fresh);
  if (!newer || newer.innerHTML === thread.dataset.html) return;
  const atBottom = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  // What somebody is reading or filling in stays as it is; everything else is replaced where it changed.
  const known = new Map(zrg.$$("[id^='message-'], [id^='order-']", thread).map((one) => [one.id, one]));
  const oldest = zrg.$("[id^='message-']", newer)?.id;
  const earlier = oldest && known.has(oldest) ? [...thread.children].slice(0, [...thread.children].indexOf(known.get(oldest))).filter((one) => !/^(order-|earlier)/.test(one.id) && !one.classList.contains("day")) : [];
  for (const one of zrg.$$("article", newer)) {
    const old = known.get(one.id);
    const busy = old && (old.contains(document.activeElement) || zrg.$("details[open]", old));
    if (old && (busy || old.dataset.delivery === one.dataset.delivery && old.textContent === one.textContent)) one.replaceWith(old);
  }
  if (earlier.some((one) => one.id)) return replaceTail(thread, newer, box, atBottom);
  thread.replaceWith(newer);
  zrg.process(newer);
  if (atBottom) toBottom();
}
zrg.refreshThread = refreshThread;

// Earlier pages are loaded: only what follows the first known message is replaced.
function replaceTail(thread, newer, box, atBottom) {
  const first = zrg.$("[id^='message-']", newer);
  const mark = document.getElementById(first.id);
  const tail = [];
  for (let one = mark || thread.lastElementChild; one; one = one.nextElementSibling) tail.push(one);
  const incoming = [];
  for (let one = first; one; one = one.nextElementSibling) incoming.push(one);
  for (const one of tail) one.remove();
  thread.append(...incoming);
  thread.dataset.newest = newer.dataset.newest;
  zrg.process(thread);
  if (atBottom) toBottom();
}

toBottom();
fetchAhead();
