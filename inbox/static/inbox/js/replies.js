// Saved replies: the dialog that finds one, shows it filled in for the lead, and inserts it at the cursor.
const { zrg } = window, { gettext } = zrg;
const dialog = Object.assign(document.createElement("dialog"), { className: "dialog replies", id: "replies" });
dialog.setAttribute("aria-labelledby", "replies-title");
document.body.append(dialog);
let base = "";
let channel = "";
let all = [];
let shown = [];
let at = 0;
let filled = new Map();

const make = (tag, values, ...inside) => { const made = Object.assign(document.createElement(tag), values); made.append(...inside); return made; };
const editor = () => zrg.$("#editor");

export async function open(button) {
  if (dialog.open || !editor() || editor().disabled) return;
  ({ replies: base, channel } = button.dataset);
  const wanted = zrg.current(), response = await zrg.get(`${base}?channel=${channel}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (zrg.current() !== wanted || dialog.open) return;
  if (!response?.ok) return zrg.toast(gettext("The saved replies could not be loaded. Try again."));
  all = (await response.json()).replies;
  filled = new Map();
  draw(button.dataset.manage);
  dialog.showModal();
  zrg.$("#reply-search", dialog)?.focus();
  filter("");
}

function draw(manage) {
  const title = make("h2", { id: "replies-title", textContent: gettext("Saved replies") });
  const foot = make("p", { className: "replies__foot" }, make("a", { className: "button button--quiet button--small", href: manage, textContent: gettext("Manage") }), make("button", { type: "button", className: "button button--quiet button--small", textContent: gettext("Close"), onclick: () => dialog.close() }));
  if (!all.length) return dialog.replaceChildren(title, make("p", { className: "muted", textContent: gettext("None fits this channel yet. Keep what you write often under Manage.") }), foot);
  const search = make("input", { className: "input", id: "reply-search", type: "search", placeholder: gettext("Search title and text"), autocomplete: "off", spellcheck: false });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": "reply-list", "aria-expanded": "true", "aria-label": gettext("Search saved replies"), "aria-autocomplete": "list" })) search.setAttribute(name, value);
  const list = make("ul", { id: "reply-list", className: "replies__list" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("Saved replies"));
  const preview = make("div", { id: "reply-preview", className: "replies__preview" });
  preview.setAttribute("aria-live", "polite");
  foot.append(make("button", { type: "button", className: "button button--primary button--small", textContent: gettext("Insert"), onclick: () => insert(shown[at]) }));
  dialog.replaceChildren(title, search, make("div", { className: "replies__body" }, list, preview), foot);
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  shown = all.filter((one) => words.every((word) => `${one.title} ${one.snippet}`.toLowerCase().includes(word)));
  at = 0;
  const list = zrg.$("#reply-list", dialog);
  if (!list) return;
  list.replaceChildren(...shown.map((one, index) => {
    const item = make("li", { id: `reply-${index}`, className: "replies__one" }, make("strong", { textContent: one.title }), make("span", { className: "muted", textContent: one.snippet }));
    if (one.shared) item.firstChild.append(make("span", { className: "chip", textContent: gettext("Team") }));
    item.setAttribute("role", "option");
    return item;
  }));
  if (!shown.length) list.append(make("li", { className: "muted replies__none", textContent: gettext("Nothing fits this search.") }));
  mark();
}

function mark() {
  zrg.$$(".replies__one", dialog).forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
  const item = zrg.$(`#reply-${at}`, dialog);
  item?.scrollIntoView({ block: "nearest" });
  if (item) zrg.$("#reply-search", dialog).setAttribute("aria-activedescendant", item.id);
  preview();
}

async function text(one) {
  if (!filled.has(one.id)) {
    const response = await zrg.get(`${base}/${one.id}?channel=${channel}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return null;
    filled.set(one.id, await response.json());
  }
  return filled.get(one.id);
}

// The text as it will stand in the editor; what could not be filled in is marked.
async function preview() {
  const place = zrg.$("#reply-preview", dialog), one = shown[at];
  if (!one) return place.replaceChildren();
  const found = await text(one);
  if (shown[at] !== one) return;
  if (!found) return place.replaceChildren(make("p", { className: "muted", textContent: gettext("The text could not be loaded.") }));
  const pieces = found.missing.length ? found.text.split(new RegExp(`(${found.missing.map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`)) : [found.text];
  const body = make("div", { className: "replies__text" }, ...pieces.map((piece) => found.missing.includes(piece) ? make("mark", { className: "replies__missing", textContent: piece }) : piece));
  const note = found.missing.length ? [make("p", { className: "replies__note", textContent: gettext("No value for this lead: {names}. Replace it before you send.", { names: found.missing.join(", ") }) })] : [];
  place.replaceChildren(body, ...note);
}

// A text between lines, or after the last, is a paragraph of its own; inside a line it is a part of it.
function apart(text, before, after) {
  const [opens, closes] = [!before || before.endsWith("\n"), !after || after.startsWith("\n")];
  if (opens && after.trim() && !closes) return `${text}\n\n`;
  return before.trim() && !opens && !after.trim() ? `\n\n${text}` : text;
}

// At the cursor, beside what is typed; what is missing is selected to be typed over.
async function insert(one) {
  const area = editor(), found = one && await text(one);
  if (!area || area !== editor() || !dialog.open) return;
  if (!found) return zrg.toast(gettext("The reply could not be loaded. Try again."));
  const begin = area.selectionEnd;
  dialog.close();
  area.setRangeText(apart(found.text, area.value.slice(0, begin), area.value.slice(begin)), begin, begin, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  const first = found.missing.length ? area.value.indexOf(found.missing[0], begin) : -1;
  if (first >= 0) area.setSelectionRange(first, first + found.missing[0].length);
  zrg.say(first >= 0 ? gettext("Inserted. {names} has no value for this lead.", { names: found.missing.join(", ") }) : gettext("Inserted."));
}

dialog.addEventListener("input", (event) => { if (event.target.id === "reply-search") filter(event.target.value); });
dialog.addEventListener("keydown", (event) => {
  if (event.isComposing || event.target.id !== "reply-search") return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && shown.length) { at = (at + by + shown.length) % shown.length; mark(); }
  else if (event.key === "Enter") insert(shown[at]);
  else return;
  event.preventDefault();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) return dialog.close();
  const item = event.target.closest(".replies__one");
  if (!item) return;
  const index = [...item.parentElement.children].indexOf(item);
  // A finger has nothing to hover with: the first touch shows, the second inserts.
  if (index !== at && matchMedia("(pointer: coarse)").matches) { at = index; return mark(); }
  insert(shown[index]);
});
dialog.addEventListener("pointermove", (event) => {
  const item = event.pointerType === "mouse" && event.target.closest(".replies__one");
  const index = item ? [...item.parentElement.children].indexOf(item) : at;
  if (index !== at) { at = index; mark(); }
});
dialog.addEventListener("close", () => editor()?.focus());
