// Internal notes: the form in the station, and choosing whom to mention. Loaded when the tab is first opened.
const { zrg } = window, { gettext } = zrg;
const people = new Map();
let choices = [];
let at = 0;

const text = () => zrg.$("#note-text");
const list = () => zrg.$("#mentions");
const key = (lead) => `zrg-note:${zrg.person}:${lead}`;
const lead = () => zrg.$("#station")?.dataset.lead;

export async function open(link) {
  if (text()) return text().focus();
  const wanted = zrg.current(), response = await zrg.get(link.dataset.note).catch(() => null);
  if (zrg.current() !== wanted) return;
  if (!response?.ok) return zrg.toast(gettext("The note could not be opened. Try again."));
  zrg.$("#station").replaceWith(zrg.fragment(await response.text()));
  zrg.process(zrg.$("#station"));
  start();
}

// What was typed and not saved is back, like a reply's text.
function start() {
  const area = text();
  if (!area || area.dataset.ready) return;
  area.dataset.ready = "1";
  const kept = zrg.store.read(key(lead()))?.text;
  if (kept && !area.value.trim()) {
    area.value = kept;
    zrg.$("#note-state").textContent = gettext("Your unsaved note is back");
  }
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  grow(area);
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function keep() {
  const area = text();
  if (!area) return;
  if (area.value.trim()) zrg.store.write(key(lead()), { text: area.value, at: Date.now() });
  else zrg.store.drop(key(lead()));
}

// --- mentions: what stands between the last @ and the cursor names somebody
function asked(area) {
  const before = area.value.slice(0, area.selectionStart);
  return /(?:^|[\s(,;])@([^\n@]{0,40})$/.exec(before)?.[1];
}

async function known(area) {
  const url = area.dataset.people;
  if (!people.has(url)) {
    const response = await zrg.get(url).catch(() => null);
    if (!response?.ok) return [];
    people.set(url, (await response.json()).people);
  }
  return people.get(url);
}

async function suggest() {
  const area = text(), all = asked(area) === undefined ? [] : await known(area), words = asked(area)?.toLowerCase();
  choices = words === undefined ? [] : all.filter((one) => one.name.toLowerCase().startsWith(words) || one.name.toLowerCase().split(/\s+/).some((word) => word.startsWith(words)) || one.handle.toLowerCase().startsWith(words)).slice(0, 8);
  at = 0;
  draw();
}

function draw() {
  const box = list(), area = text();
  if (!box) return;
  box.hidden = !choices.length;
  box.replaceChildren(...choices.map((one, index) => {
    const item = Object.assign(document.createElement("li"), { id: `mention-${index}`, className: "mentions__one", textContent: one.name === one.handle ? one.name : `${one.name} (${one.handle})` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === at));
    return item;
  }));
  if (choices.length) area.setAttribute("aria-activedescendant", `mention-${at}`);
  else area.removeAttribute("aria-activedescendant");
  zrg.$(`#mention-${at}`)?.scrollIntoView({ block: "nearest" });
}

function close() { choices = []; draw(); }

function pick(index) {
  const area = text(), one = choices[index], end = area.selectionStart, begin = end - asked(area).length;
  area.setRangeText(`${one.handle} `, begin, end, "end");
  close();
  area.focus();
  keep();
}

document.addEventListener("input", (event) => {
  if (event.target.id !== "note-text") return;
  zrg.$("#note-state").textContent = "";
  keep();
  grow(event.target);
  suggest();
});
// Before the desk's own keys: Escape closes the list and leaves the text where it is.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "note-text" || event.isComposing || event.keyCode === 229) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (choices.length) {
    if (by) { at = (at + by + choices.length) % choices.length; draw(); }
    else if (event.key === "Enter" || event.key === "Tab") pick(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const form = zrg.$("#note-composer");
  const save = event.key === "Enter" && (event.ctrlKey || event.metaKey || form.dataset.enterSaves === "yes" && !event.shiftKey);
  if (!save) return;
  event.preventDefault();
  form.requestSubmit();
}, true);
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest(".mentions__one");
  if (!item) return choices.length && event.target.id !== "note-text" ? close() : undefined;
  event.preventDefault();
  pick([...item.parentElement.children].indexOf(item));
});
document.addEventListener("zrg:noted", (event) => zrg.store.drop(key(event.detail.lead)));
document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt?.id === "station") start(); });
