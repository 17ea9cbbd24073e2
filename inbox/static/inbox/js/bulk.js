// Choosing many conversations. Loaded with the first check mark; without it the marks and the form still work.
const { zrg } = window, { ngettext } = zrg;
const chosen = new Set();
let last = null;
let shift = false;

const boxes = () => zrg.$$("#rows .lead__pick");
const form = () => zrg.$("#bulk");

function tell() {
  const count = zrg.$("[data-bulk-count]"), text = ngettext("{n} chosen", "{n} chosen", chosen.size);
  // The observer below watches this element too: the same text again would wake it for ever.
  if (count && count.textContent !== text) count.textContent = text;
}

export function pick(box) {
  const all = boxes(), from = all.findIndex((one) => one.value === last), to = all.indexOf(box);
  const range = shift && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  for (const one of range) {
    one.checked = box.checked;
    if (box.checked) chosen.add(one.value);
    else chosen.delete(one.value);
  }
  last = box.value;
  tell();
}

function clear() {
  chosen.clear();
  for (const box of boxes()) box.checked = false;
  tell();
}

function close() {
  zrg.$("#bulk-run").replaceChildren();
  boxes()[0]?.closest(".lead").querySelector("a").focus();
}

// A row that is drawn again keeps its mark; a row that left the list is no longer chosen.
new MutationObserver(() => {
  const shown = boxes();
  for (const box of shown) box.checked = chosen.has(box.value);
  const there = new Set(shown.map((box) => box.value));
  for (const value of chosen) if (!there.has(value)) chosen.delete(value);
  tell();
}).observe(zrg.$("#list"), { childList: true, subtree: true });

document.addEventListener("click", (event) => {
  shift = event.shiftKey;
  if (!event.target.closest("[data-bulk-close]")) return;
  event.preventDefault();
  close();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || zrg.$("dialog[open], details[data-menu][open]") || zrg.typing(event.target) && !event.target.matches(".lead__pick, #bulk-act")) return;
  if (zrg.$("#bulk-run")?.childElementCount) close();
  else clear();
});
document.addEventListener("change", (event) => { if (event.target.id === "bulk-act" && event.target.value) form().requestSubmit(); });
document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "bulk-run") zrg.$("#bulk-title")?.focus(); });
document.addEventListener("zrg:bulk-done", () => {
  clear();
  zrg.reloadList({ quiet: true });
  zrg.refreshTabs();
});
