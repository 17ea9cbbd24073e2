// The composer. A person's text always wins: it is kept on this device until it was sent, and nothing
// that arrives is ever written over it.
const { zrg } = window, { gettext } = zrg;
const SAVE_AFTER_MS = 2000;
const ARMED_MS = 4000;
let saveTimer = null;
let saving = 0;
let saved = null;
let armedTimer = null;

const composer = () => zrg.$("#composer");
const editor = () => zrg.$("#editor");
const keyOf = (form) => `zrg-typed:${zrg.person}:${form.dataset.key}`;
const plain = (text) => text.replace(/\r\n/g, "\n").trim();
const field = (name, form = composer()) => form?.elements.namedItem(name);

// The text differs from what the server put there.
function dirty() {
  const text = editor();
  return Boolean(text) && plain(text.value) !== plain(text.dataset.original || "");
}
zrg.dirty = dirty;

function state(text, tone = "") {
  const place = zrg.$("#composer-state");
  if (place) { place.textContent = text; place.dataset.tone = tone; }
}

function keep() {
  const form = composer(), text = editor();
  if (!form || !text || form.dataset.asking) return;
  if (plain(text.value) === plain(text.dataset.filled || "")) { if (!typed()) zrg.store.drop(keyOf(form)); return; }
  const draft = form.dataset.begun ?? form.dataset.draft ?? "";
  zrg.store.write(keyOf(form), { text: text.value, draft, version: field("version")?.value || "", key: field("idempotency_key")?.value, saved: !dirty(), at: Date.now() });
}

// The editor holds words of this person: not saved yet, or saved as the draft's text and not sent.
function typed() {
  const form = composer(), text = editor();
  if (!form || !text) return false;
  const kept = zrg.store.read(keyOf(form))?.text;
  return dirty() || Boolean(kept) && plain(kept) === plain(text.value);
}

// --- filling: only an empty or untouched editor is filled
function start() {
  const form = composer(), text = editor();
  if (!form || !text || form.dataset.ready) return;
  form.dataset.ready = "1";
  if (!text.dataset.original) text.dataset.original = "";
  grow();
  chips();
  count();
  text.dataset.filled = text.dataset.original;
  const kept = zrg.store.read(keyOf(form));
  if ("restored" in text.dataset) { // an undo brought a person's text back; what is typed meanwhile stands before it
    const back = text.value;
    text.dataset.filled = "";
    if (!kept?.text || plain(kept.text) === plain(back)) return keep();
    text.value = kept.text;
    grow();
    return offer(back, gettext("The text you took back"));
  }
  if (!kept?.text || plain(kept.text) === plain(text.value)) return;
  if (dirty()) return; // a refusal brought text of its own back
  if (!kept.saved || !kept.draft) return restore(kept);
  if (kept.draft === form.dataset.draft) return zrg.store.drop(keyOf(form)); // changed since it was saved: the newer text stands
  form.dataset.asking = "1";
  wasSent(kept.draft).then((sent) => {
    delete form.dataset.asking;
    if (composer() !== form || dirty()) return;
    if (sent) zrg.store.drop(keyOf(form));
    else restore(kept);
  });
}

async function wasSent(draft) {
  const response = await zrg.get(`/api/inbox/drafts/${draft}`, { headers: { Accept: "application/json" } }).catch(() => null);
  return Boolean(response?.ok) && (await response.json()).status === "approved";
}

function restore(kept) {
  const form = composer(), text = editor(), server = text.value;
  text.value = kept.text;
  if (kept.key && !form.dataset.draft) field("idempotency_key").value = kept.key;
  grow();
  state(gettext("Your unsent text is back"));
  const same = kept.draft === (form.dataset.draft || "");
  if (!form.dataset.draft || same && kept.version === field("version").value) return;
  form.dataset.begun = kept.draft;
  offer(server, same ? gettext("This draft changed") : gettext("New draft available"));
}

// What arrives for this editor is a part of its own.
const offer = (...data) => zrg.part("offers").then((part) => part.offer(...data));
const offered = () => Boolean(zrg.$("#draft-offer:not([hidden])"));

function set(value) {
  const text = editor();
  if (!text) return;
  text.value = value;
  keep();
  grow();
  count();
  text.focus();
}

function grow() {
  const text = editor();
  if (!text || CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

// --- saving the draft, never sending
function scheduleSave() {
  clearTimeout(saveTimer);
  const form = composer();
  // Until an offered draft is decided on, its own text is not written over either.
  if (!form?.dataset.draftUrl || offered()) return state(dirty() ? gettext("Kept on this device") : "");
  if (!dirty()) return;
  state(gettext("Saving…"));
  saveTimer = setTimeout(() => { saved = save(); }, SAVE_AFTER_MS);
}

async function save() {
  const form = composer(), text = editor();
  if (!form?.dataset.draftUrl || !dirty() || offered()) return;
  const content = text.value, url = form.dataset.draftUrl;
  let response;
  saving += 1;
  try {
    response = await zrg.send("PATCH", url, { content }, { "If-Match": field("version", form).value });
  } catch { return state(gettext("Not saved: no connection. Your text is kept here."), "bad"); } finally { saving -= 1; }
  if (composer()?.dataset.draftUrl !== url) return;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    field("version").value = answer.version;
    text.dataset.original = content;
    if (plain(text.value) === plain(content)) state(gettext("Saved"));
    keep(); // until it is sent, also on this device: a newer draft may take this one's place
    return;
  }
  if (answer.error === "stale") { state(gettext("Not saved"), "bad"); return offer(answer.content, gettext("A colleague changed this draft"), answer.version); }
  state(answer.error === "draft_not_pending" ? gettext("This draft was decided meanwhile; your text is kept.") : gettext("Not saved; your text is kept here."), "bad");
}

// --- SMS parts, length of a note, recipients
function count() {
  countNote();
  const place = zrg.$("#sms-count");
  // Only who writes an SMS loads what counts its parts.
  if (place) import(place.dataset.script).then(({ show }) => show(place, editor()?.value ?? ""), () => { place.textContent = ""; });
}

function countNote() {
  const place = zrg.$("#note-count"), text = editor();
  if (!place || !text) return;
  const size = [...text.value.trim()].length, limit = Number(place.dataset.limit);
  place.textContent = size ? gettext("Invitation note: {size} of {limit}", { size, limit }) : gettext("Goes out as the note of an invitation, up to {limit} characters", { limit });
  place.dataset.tone = size > limit ? "bad" : "";
}

function chips() {
  const input = zrg.$("[data-cc]");
  if (!input || input.dataset.ready) return;
  input.dataset.ready = "1";
  const box = Object.assign(document.createElement("div"), { className: "chips" });
  const draw = () => {
    const all = input.value.split(/[\s,;]+/).filter(Boolean);
    box.replaceChildren(...all.map((address) => {
      const chip = Object.assign(document.createElement("span"), { className: "chips__one", textContent: address });
      const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×", onclick: () => { input.value = all.filter((one) => one !== address).join(", "); draw(); input.focus(); } });
      drop.setAttribute("aria-label", gettext("Remove {address}", { address }));
      chip.append(drop);
      return chip;
    }));
  };
  input.before(box);
  input.addEventListener("change", draw);
  draw();
}

document.addEventListener("input", (event) => {
  if (event.target.id !== "editor") return;
  disarm();
  keep();
  grow();
  count();
  scheduleSave();
});
document.addEventListener("change", (event) => {
  if (event.target.name === "to" && event.target.form === composer()) zrg.$("[data-recipients-to]").textContent = event.target.value;
  if (event.target.name === "send_at") {
    const at = event.target.value && new Date(event.target.value).toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    zrg.$("[data-send-label]").textContent = at ? gettext("Send {at}", { at }) : composer().dataset.draft ? gettext("Approve & send") : gettext("Send");
  }
});
addEventListener("pagehide", keep);

// Enter sends, Shift+Enter is a new line (or Ctrl+Enter sends, by preference); never while composing a word.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "editor" || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  const byEnter = composer().dataset.enterSends === "yes";
  const send = event.ctrlKey || event.metaKey || (byEnter && !event.shiftKey);
  if (!send) return;
  event.preventDefault();
  approve();
});

// --- sending: a draft asks once when the keyboard does it
function approve() {
  const button = zrg.$("[data-send]");
  if (!button || button.disabled) return;
  if (!composer().dataset.draft || button.dataset.armed) { disarm(); return composer().requestSubmit(button); }
  button.dataset.armed = "1";
  zrg.$("[data-send-label]").textContent = gettext("Press again to send");
  zrg.say(gettext("Press again to send."));
  armedTimer = setTimeout(disarm, ARMED_MS);
}
zrg.approve = approve;

function disarm() {
  clearTimeout(armedTimer);
  const button = zrg.$("[data-send][data-armed]");
  if (!button) return;
  delete button.dataset.armed;
  zrg.$("[data-send-label]").textContent = gettext("Approve & send");
}

// What is being saved leads to a new version: an act with the old one would be refused for our own change.
let held = false;
document.addEventListener("htmx:confirm", (event) => {
  if (!saving || !event.target.closest("#composer")) return;
  event.preventDefault();
  if (held) return;
  held = true;
  saved.finally(() => { held = false; event.detail.issueRequest(true); });
});
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "composer") clearTimeout(saveTimer);
});
// The text was accepted: the device need not keep it any more.
document.addEventListener("zrg:sent", (event) => zrg.store.drop(`zrg-typed:${zrg.person}:${event.detail.lead}:${event.detail.channel}`));

document.addEventListener("click", (event) => {
  const use = event.target.closest("[data-use-text]");
  if (use) {
    if (!editor() || editor().disabled) return;
    const back = editor().value;
    if (dirty() && plain(back)) offer(use.dataset.useText, gettext("Replace your text?"));
    else set(use.dataset.useText);
  }
  const theirs = event.target.closest("[data-use-theirs]"), mine = event.target.closest("[data-keep-mine]");
  if (theirs || mine) {
    field("version").value = (theirs || mine).dataset.version;
    const text = zrg.$("#station-refusal [data-their-text]").textContent;
    editor().dataset.original = text;
    if (theirs) { editor().value = editor().dataset.filled = text; keep(); }
    zrg.$("#station-refusal").replaceChildren();
    editor().focus();
    if (mine) { keep(); scheduleSave(); }
  }
  if (event.target.closest("[data-review]")) {
    zrg.refreshThread().then(() => {
      zrg.toBottom();
      field("seen_message").value = zrg.$("#thread").dataset.newest;
      zrg.$("#station-refusal").replaceChildren();
      zrg.$("#thread-scroll").focus();
    });
  }
  const later = event.target.closest("[data-send-at]");
  if (later) {
    const at = field("send_at");
    at.value = later.dataset.sendAt;
    at.dispatchEvent(new Event("change", { bubbles: true }));
    later.closest("details").open = false;
    zrg.$("[data-send]").focus();
  }
  const reject = event.target.closest("[data-key='x']");
  // Enter in the reason presses this button too, the form's first: then the draft is rejected.
  if (reject && !zrg.$("#rejection-ask").contains(document.activeElement)) {
    event.preventDefault();
    zrg.$("#rejection-ask").hidden = false;
    zrg.$("#rejection-reason").focus();
  }
  if (event.target.closest("[data-reject-cancel]")) { zrg.$("#rejection-ask").hidden = true; editor()?.focus(); }
});

zrg.refreshStation = () => zrg.part("offers").then((part) => part.refreshStation());
zrg.writing = { composer, editor, plain, field, dirty, typed, keep, set, scheduleSave, start, grow, isSaving: () => saving > 0 };

// --- the undo bar counts down
setInterval(() => {
  const bar = zrg.$("#undo[data-due]");
  const place = bar && zrg.$("[data-countdown]", bar);
  if (!place) return;
  const left = Math.ceil((Date.parse(bar.dataset.due) - Date.now()) / 1000);
  const meter = zrg.$("progress", bar);
  // Without a meter it is the AI's: the page has its time in the workspace's zone.
  if (left > 90) { if (meter) { place.textContent = gettext("at {time}", { time: new Date(bar.dataset.due).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) }); meter.hidden = true; } return; }
  place.textContent = left > 0 ? gettext("in {left} s", { left }) : gettext("now…");
  if (meter) meter.value = Math.max(0, left);
  if (left <= 0) {
    zrg.$("[data-undo]", bar)?.remove();
    if (left % 2 === 0) document.dispatchEvent(new CustomEvent("zrg:poll"));
  }
}, 500);

document.addEventListener("zrg:opened", start);
document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt?.id === "station" || event.detail.elt?.id === "station-refusal") start(); });
start();
