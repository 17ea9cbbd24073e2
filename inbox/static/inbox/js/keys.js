// Single keys, never while a field has the focus; they can be switched off.
const { zrg } = window;
const dialog = zrg.$("#keys");
const toggle = zrg.$("#keys-on");
const press = (selector) => { const found = zrg.$(selector); if (found) found.click(); return Boolean(found); };

toggle.checked = zrg.store.read("zrg-keys") !== "off";
toggle.addEventListener("change", () => zrg.store.write("zrg-keys", toggle.checked ? "on" : "off"));
zrg.$("[data-open-keys]").hidden = false;
document.addEventListener("click", (event) => { if (event.target.closest("[data-open-keys]")) dialog.showModal(); });

const acts = {
  j: () => zrg.step(1),
  k: () => zrg.step(-1),
  r: () => { const text = zrg.$("#editor"); if (text) { text.focus(); text.setSelectionRange(text.value.length, text.value.length); } },
  a: () => { if (zrg.$("#composer[data-draft]")) zrg.approve(); },
  x: () => press("[data-key='x']"),
  e: () => press("[data-key='e']"),
  u: () => press("[data-key='u']"),
  s: () => { const menu = zrg.$("summary[data-key='s']"); if (menu) { menu.click(); zrg.$("button", menu.parentElement)?.focus(); } },
  l: () => { if (!zrg.$("#sentiment")?.checkVisibility()) zrg.toggleDrawer(); zrg.$("#sentiment")?.focus(); },
  "/": () => { const search = zrg.$("#search"); search?.focus(); search?.select(); },
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (zrg.typing(event.target) || dialog.open || event.repeat && event.key !== "j" && event.key !== "k") return;
  if (!toggle.checked && event.key !== "?") return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
