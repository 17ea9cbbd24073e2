// The lead's booking link, inserted at the cursor. Loaded when it is first asked for.
const { zrg } = window, { gettext } = zrg;

export async function open(button) {
  const area = zrg.$("#editor");
  if (!area || area.disabled || button.disabled) return;
  button.disabled = true;
  const response = await zrg.get(button.dataset.link, { headers: { Accept: "application/json" } }).catch(() => null);
  button.disabled = false;
  if (area !== zrg.$("#editor")) return;
  if (!response) return zrg.toast(gettext("No connection. Your text is kept; try again."));
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const why = answer.detail || gettext("The booking link could not be loaded. Try again.");
    zrg.say(why);
    return zrg.toast(why);
  }
  const at = area.selectionEnd, before = area.value.slice(0, at), after = area.value.slice(at);
  const text = `${before && !/\s$/.test(before) ? " " : ""}${answer.url}${/^\S/.test(after) ? " " : ""}`;
  area.setRangeText(text, at, at, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  zrg.say(gettext("Booking link inserted."));
}
