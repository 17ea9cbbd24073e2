// Live refresh: ask every ten seconds what changed, fetch just that, say when the connection is gone.
const { zrg } = window;
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
  const response = await zrg.get(`/w/${zrg.scope}/inbox/row/${lead}`);
  if (response.status === 404) { old?.remove(); arrivals.delete(lead); return; }
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
  const button = zrg.$("#new-arrivals");
  button.textContent = `${arrivals.size} new`;
  button.hidden = false;
  zrg.say(`${arrivals.size} new ${arrivals.size === 1 ? "conversation" : "conversations"}`);
}

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
