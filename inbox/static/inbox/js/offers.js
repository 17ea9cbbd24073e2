// What arrives for the composer while somebody writes: another draft, a colleague's change, the station anew.
// Loaded with the first of them; nothing here writes over a person's text (07.typed-text-kept).
const { zrg } = window, { gettext } = zrg;
const { composer, editor, plain, field, dirty, typed, keep, set, scheduleSave, start, grow, isSaving } = zrg.writing;
// Grows with each look at the station and with each act on it: an answer is drawn only while nothing later was asked.
let asked = 0;
const acting = () => Boolean(zrg.$("#station .htmx-request:not(#generation)"));
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.target?.id === "station") asked += 1; });

// Another text for this editor, shown beside the person's own. `version`: of the same draft, changed by somebody.
export function offer(text, title, version) {
  const place = zrg.$("#draft-offer");
  if (!place) return;
  const button = (label, act) => Object.assign(document.createElement("button"), { type: "button", className: "button button--small", textContent: label, onclick: () => { decide(text, version); act(); } });
  place.hidden = false;
  place.replaceChildren(
    Object.assign(document.createElement("strong"), { textContent: title }),
    button(gettext("Use"), () => { editor().dataset.filled = text; set(text); }),
    button(gettext("Ignore"), () => { keep(); scheduleSave(); editor()?.focus(); }),
    Object.assign(document.createElement("blockquote"), { className: "refusal__preview", textContent: text }),
  );
  zrg.say(`${title}.`);
}

// From now on the text in the editor is this draft's.
function decide(text, version) {
  const form = composer();
  zrg.$("#draft-offer").hidden = true;
  if (!form) return;
  form.dataset.begun = form.dataset.draft || "";
  if (!version) return;
  field("version").value = version;
  editor().dataset.original = text;
}

// Fetching the station again: only an untouched editor is replaced as a whole.
export async function refreshStation() {
  const station = zrg.$("#station");
  const { channel, refresh } = station?.dataset ?? {};
  if (!refresh || acting()) return; // somebody writes a note in it, or an act will answer with it
  const look = asked += 1;
  const response = await zrg.get(`${refresh}?channel=${channel}`);
  if (!response.ok || zrg.$("#station")?.dataset.refresh !== refresh || zrg.$("#station").dataset.channel !== channel) return;
  const fresh = zrg.$("#station", zrg.fragment(await response.text()));
  const here = zrg.$("#station"), form = composer();
  // An act began meanwhile: its answer is the station as it is then, and needs this one to land in.
  if (look !== asked || acting()) return;
  const busy = form && (typed() || here.contains(document.activeElement) || zrg.$(".refusal", here) || zrg.$("#rejection-ask:not([hidden])"));
  if (!busy) { here.replaceWith(fresh); zrg.process(fresh); return start(); }
  for (const id of ["station-top", "station-notices"]) {
    const offered = id === "station-notices" && zrg.$("#draft-offer:not([hidden])");
    const part = zrg.$(`#${id}`, fresh);
    if (offered) zrg.$("#draft-offer", part).replaceWith(offered);
    zrg.$(`#${id}`, here).replaceWith(part);
    zrg.process(part);
  }
  const newer = zrg.$("#composer", fresh);
  if (!newer) return;
  const text = zrg.$("#editor", newer).value;
  if (newer.dataset.draft && newer.dataset.draft !== (form.dataset.draft || "")) {
    const untouched = !typed() && document.activeElement !== editor();
    adopt(form, newer);
    if (untouched) {
      editor().value = text;
      keep();
      grow();
    } else if (plain(text) !== plain(editor().value)) offer(text, gettext("New draft available"));
  } else if (newer.dataset.draft && !isSaving() && Number(field("version", newer).value) > Number(field("version", form)?.value) && plain(text) !== plain(editor().dataset.original)) {
    // A higher version than ours; one that is lower, or that we are just saving, is our own.
    offer(text, gettext("A colleague changed this draft"), field("version", newer).value);
  }
}

// The typed text now answers another draft: it is sent as that draft's text, and never lost.
function adopt(form, newer) {
  form.dataset.begun ??= form.dataset.draft || "";
  for (const name of ["action", "hx-post", "data-draft", "data-draft-url"]) form.setAttribute(name, newer.getAttribute(name));
  const version = field("version", form) || form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "version" }));
  version.value = field("version", newer).value;
  editor().dataset.original = editor().dataset.filled = zrg.$("#editor", newer).value;
  zrg.$("[data-send-label]", form).textContent = gettext("Approve & send");
  zrg.process(form);
  keep();
}
