// Who else is in a conversation: initials in the rows, a line over the editor. Advisory only: what is sent is
// guarded elsewhere. The poll carries where this person is and brings where the others are.
const { zrg } = window, { gettext, ngettext } = zrg;
const TYPING_MS = 15000;
const narrow = matchMedia("(max-width: 47.99rem)");
let typed = { lead: null, at: 0 };
let told = "";
let present = {};

function place() {
  const lead = zrg.current();
  if (!lead || document.hidden || narrow.matches && !document.body.classList.contains("app--open")) return null;
  return { lead, state: typed.lead === lead && Date.now() - typed.at < TYPING_MS ? "typing" : "viewing" };
}

// What the poll's address gets.
export function here() {
  const now = place();
  told = now ? `${now.lead} ${now.state}` : "";
  return now ? `&lead=${now.lead}&presence=${now.state}` : "&presence=away";
}

export function show(response) {
  const header = response.headers.get("X-Zrg-Presence");
  if (header === null) return;
  present = JSON.parse(header);
  draw();
}

// Opening, writing and leaving do not wait for the poll.
async function tell(now = place()) {
  const state = now ? `${now.lead} ${now.state}` : "";
  if (state === told) return;
  told = state;
  const clientId = zrg.scope === "all" ? null : zrg.scope;
  const options = { method: "POST", keepalive: !now, body: JSON.stringify({ state: now?.state ?? "away", leadId: now?.lead ?? null, clientId }) };
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "Content-Type": "application/json", Accept: "application/json" };
  const response = await zrg.get("/api/inbox/presence", { ...options, headers }).catch(() => null);
  if (response?.ok) show(response);
}

function names([{ name: first }, ...others]) {
  if (!others.length) return first;
  return others.length > 1 ? ngettext("{first} and {n} other", "{first} and {n} others", others.length, { first }) : gettext("{first} and {second}", { first, second: others[0].name });
}

function sentence(people) {
  const writing = people.filter((one) => one.state === "typing");
  if (writing.length) return ngettext("{names} is writing…", "{names} are writing…", writing.length, { names: names(writing) });
  return people.length ? ngettext("{names} is here too", "{names} are here too", people.length, { names: names(people) }) : "";
}

function draw() {
  watcher.disconnect();
  for (const row of zrg.$$("#rows .lead")) {
    const people = present[row.dataset.lead] || [], old = zrg.$(".here", row), text = people.map((one) => `${one.initials} ${one.state}`).join();
    if ((old?.dataset.text || "") === text) continue;
    old?.remove();
    if (!people.length) continue;
    const mark = Object.assign(document.createElement("span"), { className: "here", title: sentence(people) });
    mark.dataset.text = text;
    mark.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: `${sentence(people)}. ` }));
    for (const one of people.slice(0, 3)) {
      const face = Object.assign(document.createElement("span"), { className: `avatar avatar--small here__one${one.state === "typing" ? " here__one--typing" : ""}`, textContent: one.initials });
      face.setAttribute("aria-hidden", "true");
      mark.append(face);
    }
    zrg.$(".lead__end", row)?.prepend(mark);
  }
  watch();
  const line = zrg.$("#presence-line"), people = present[zrg.current()] || [];
  if (!line) return;
  const text = sentence(people);
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
  line.dataset.typing = String(people.some((one) => one.state === "typing"));
}

// Rows are drawn anew by the list; the marks come back with them.
const watcher = new MutationObserver(draw);
function watch() { const list = zrg.$("#list"); if (list) watcher.observe(list, { childList: true, subtree: true }); }

document.addEventListener("input", (event) => {
  if (!event.target.matches("#editor, #note-text")) return;
  typed = { lead: zrg.current(), at: Date.now() };
  tell();
});
const rest = () => { typed = { lead: null, at: 0 }; tell(); };
for (const name of ["zrg:sent", "zrg:noted"]) document.addEventListener(name, rest);
document.addEventListener("zrg:opened", () => { draw(); tell(); });
document.addEventListener("visibilitychange", () => tell());
addEventListener("pagehide", () => tell(null));
watch();
