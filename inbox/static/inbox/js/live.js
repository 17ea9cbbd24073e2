// Live refresh: ask every ten seconds what changed, fetch just that, say when the connection is gone.
// Loaded with the first poll, or with the first act before it.
const { zrg } = window, { gettext, ngettext } = zrg;
const EVERY_MS = 10000;
const BACKOFF_MS = [10000, 20000, 40000, 60000];
let since = document.body.dataset.asOf;
let failures = 0;
let timer = null;
let polling = false;
const arrivals = new Set();
const told = new Map();
let presence = null;

function schedule(ms = EVERY_MS) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, ms * (0.8 + Math.random() * 0.4));
}

function connection(state) {
  const place = zrg.$("#live-state");
  if (!place || place.dataset.state === state) return;
  place.dataset.state = state;
  zrg.$(".live__text", place).textContent = { live: gettext("Live"), retry: gettext("Reconnecting…"), off: gettext("Offline") }[state];
}

async function poll() {
  if (polling || !since) return;
  polling = true;
  try {
    presence ??= await import(document.body.dataset.presence).catch(() => null);
    const response = await zrg.get(`/api/inbox/changes?clientId=${zrg.scope}&since=${encodeURIComponent(since)}${presence?.here() ?? ""}`);
    if (!response.ok) throw new Error(String(response.status));
    presence?.show(response);
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

async function apply(leads) {
  const open = zrg.current();
  zrg.forgetAhead();
  await Promise.all([
    zrg.refreshTabs(),
    ...leads.map((lead) => refreshRow(lead)),
    ...(leads.includes(open) ? [refreshThread(), zrg.refreshStation()] : []),
  ]);
}

// A row that is on screen is replaced where it stands; a lead that is new at the top is announced.
async function refreshRow(lead) {
  const old = document.getElementById(`row-${lead}`), list = await zrg.part("list");
  const response = await zrg.get(`/w/${zrg.scope}/inbox/row/${lead}?${list.query()}`);
  if (response.status === 404 || response.status === 204) {
    // Gone, or no longer in this tab; the open conversation's row stays until the person moves on.
    if (response.status === 404 || lead !== zrg.current()) old?.remove();
    if (arrivals.delete(lead)) showArrivals();
    return;
  }
  if (!response.ok) return;
  const row = zrg.$(".lead", zrg.fragment(await response.text()));
  const before = told.get(lead) || old?.dataset.at;
  told.set(lead, row.dataset.at);
  if (old) {
    if (old.outerHTML.replace(/ data-selected=""| aria-current="true"/g, "") !== row.outerHTML) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(row);
      if (lead === zrg.current()) zrg.select(lead);
      if (focused) zrg.$("a", row).focus();
    }
    return;
  }
  const first = zrg.$("#rows .lead");
  const isNew = before !== row.dataset.at && (!first || Date.parse(row.dataset.at) > Date.parse(first.dataset.at));
  if (!isNew) return;
  arrivals.add(lead);
  showArrivals();
  zrg.say(ngettext("{n} new conversation", "{n} new conversations", arrivals.size));
}

function showArrivals() {
  const button = zrg.$("#new-arrivals");
  button.textContent = ngettext("{n} new", "{n} new", arrivals.size);
  button.hidden = !arrivals.size;
}

// The thread: new messages are followed only at the bottom, what somebody reads stays where it is.
export async function refreshThread() {
  const talk = zrg.$("#talk"), box = zrg.$("#thread-scroll");
  if (!talk || !box) return;
  const lead = talk.dataset.lead;
  const seen = document.hasFocus() ? "?seen=1" : "";
  const response = await zrg.get(`${talk.dataset.prefix}/thread/${lead}${seen}`);
  if (!response.ok || zrg.current() !== lead) return;
  const fresh = zrg.fragment(await response.text()), thread = zrg.$("#thread");
  const head = zrg.$("#talk-head", fresh), oldHead = zrg.$("#talk-head");
  if (head && !zrg.$("details[open], [data-syncing]", oldHead)) {
    const { dataset, ariaLabel } = oldHead.contains(document.activeElement) ? document.activeElement : document.body;
    oldHead.replaceWith(head);
    zrg.process(head);
    // The button that was pressed may be another one now; the focus stays in its place.
    if (dataset.key || ariaLabel) zrg.$(dataset.key ? `[data-key="${dataset.key}"]` : `[aria-label="${ariaLabel}"]`, head)?.focus();
  }
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
  if (atBottom) zrg.toBottom();
}

// What this person did is on screen at once, not at the next poll. `left`: the act took the conversation
// out of the list, and the next one is opened.
// `gone`: it is not in this workspace any more, wherever the list stands.
export function changed({ lead, aside, gone }, left) {
  zrg.refreshTabs();
  if (!left && !gone) {
    refreshRow(lead);
    if (lead === zrg.current()) refreshThread();
  }
  if (!aside && !gone) return;
  const row = document.getElementById(`row-${lead}`);
  if (!gone && zrg.$("#rows-region")?.dataset.tab === "snoozed") return;
  const moved = zrg.step(1) || zrg.step(-1);
  if (gone && !moved) return location.assign(zrg.$("a[data-back]")?.href || "/");
  row?.remove();
  if (!moved) zrg.reloadList({ quiet: true });
}

document.addEventListener("click", (event) => { if (event.target.closest("#new-arrivals")) arrivals.clear(); });
document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(timer); else poll(); });
addEventListener("online", poll);
addEventListener("offline", () => connection("off"));

poll();
