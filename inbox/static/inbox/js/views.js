// The dialog of saved views. Loaded when it is first opened: the first page does not need it.
const { zrg } = window, { gettext } = zrg;
const dialog = zrg.$("#views");

export async function open(button) {
  const response = await zrg.get(`/w/${zrg.scope}/inbox/views?${(await zrg.part("list")).query()}`);
  if (!response.ok) return zrg.toast(gettext("The views could not be loaded. Ref {reference}", { reference: response.headers.get("x-request-id") }));
  dialog.replaceChildren(zrg.fragment(await response.text()));
  zrg.process(dialog);
  dialog.returnTo = button;
  dialog.showModal();
  (zrg.$("a.views__link", dialog) || zrg.$("#view-name", dialog) || zrg.$("#views-title", dialog)).focus();
}

dialog.addEventListener("close", () => dialog.returnTo?.isConnected && dialog.returnTo.focus());
dialog.addEventListener("click", (event) => {
  const leaves = event.target.closest("[data-close-views]");
  if (leaves) event.preventDefault();
  if (leaves || event.target === dialog || event.target.closest("[data-view]")) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  if (zrg.typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = zrg.$$("a.views__link", dialog);
  if (!zrg.shortcuts && !event.key.startsWith("Arrow")) return;
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const next = by ? links[Math.max(0, links.indexOf(document.activeElement) + by)] : links[Number(event.key) - 1];
  if (!next) return;
  event.preventDefault();
  if (by) next.focus();
  else next.click();
});
document.addEventListener("zrg:views", () => {
  zrg.refreshTabs();
  zrg.$("#views-title", dialog)?.focus();
});
