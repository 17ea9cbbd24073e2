// What all parts of the page share: requests, announcements, menus, ages, errors. Loaded first.
const body = document.body;
const headers = JSON.parse(body.getAttribute("hx-headers") || "{}");

const zrg = {
  scope: body.dataset.scope,
  person: body.dataset.person,
  $: (selector, root = document) => root.querySelector(selector),
  $$: (selector, root = document) => [...root.querySelectorAll(selector)],

  async get(url, options = {}) {
    const response = await fetch(url, { credentials: "same-origin", ...options, headers: { "HX-Request": "true", ...options.headers } });
    if (response.status === 401) body.dispatchEvent(new CustomEvent("zrg:signed-out"));
    return response;
  },
  send(method, url, data, extra = {}) {
    return zrg.get(url, { method, headers: { "Content-Type": "application/json", Accept: "application/json", ...headers, ...extra }, body: JSON.stringify(data) });
  },
  fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  },
  process(element) { window.htmx?.process(element); },
  say(text) {
    const place = zrg.$("#announce");
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = text; });
  },
  toast(text) {
    const place = zrg.$("#toast");
    place.textContent = text;
    place.hidden = false;
    clearTimeout(zrg.toastTimer);
    zrg.toastTimer = setTimeout(() => { place.hidden = true; }, 3500);
  },
  store: {
    read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* storage is full or off: the page keeps the text */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* nothing to drop */ } },
  },
  typing(target) { return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName); },
  errorCard(title, retry, reference) {
    const card = document.createElement("div");
    card.className = "error-card";
    card.setAttribute("role", "alert");
    const what = Object.assign(document.createElement("strong"), { textContent: title });
    const again = Object.assign(document.createElement("button"), { type: "button", className: "button button--small", textContent: "Retry" });
    again.addEventListener("click", retry);
    card.append(what, again);
    if (reference) card.append(Object.assign(document.createElement("small"), { className: "muted", textContent: `Ref ${reference}` }));
    return card;
  },
};
window.zrg = zrg;

// --- menus: close on a click elsewhere or Escape, focus goes back to the button
document.addEventListener("click", (event) => {
  for (const menu of zrg.$$("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = zrg.$("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    zrg.$("summary", menu).focus();
    event.stopImmediatePropagation();
  } else if (zrg.typing(event.target)) event.target.blur();
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.target.closest?.("details[data-menu]")?.removeAttribute("open");
});

// --- answers of acts
document.addEventListener("zrg:changed", (event) => {
  const { notice } = event.detail;
  if (notice) { zrg.say(notice); zrg.toast(notice); }
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) return body.dispatchEvent(new CustomEvent("zrg:signed-out"));
  const reference = event.detail.xhr.getResponseHeader("x-request-id");
  zrg.toast(status === 403 ? "Your role does not include this." : status === 404 ? "This is no longer available to you." : `That did not work. Ref ${reference || status}`);
});
document.addEventListener("htmx:sendError", () => zrg.toast("No connection. Your text is kept; try again."));
// An expired log-in never throws the page away: typed text stays, the log-in opens beside it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status === 401) { event.preventDefault(); body.dispatchEvent(new CustomEvent("zrg:signed-out")); }
});
body.addEventListener("zrg:signed-out", () => {
  if (zrg.$("#signed-out")) return;
  const bar = Object.assign(document.createElement("p"), { id: "signed-out", className: "banner banner--warning" });
  bar.setAttribute("role", "alert");
  bar.append("Your log-in has ended. Your text is kept. ");
  bar.append(Object.assign(document.createElement("a"), { href: "/account/login/", target: "_blank", rel: "noopener", textContent: "Log in in a new tab" }));
  body.prepend(bar);
});

// --- ages in lists stay true
function age(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return seconds < 604800 ? `${Math.floor(seconds / 86400)} d` : null;
}
function waiting(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / 60000));
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${rest} m` : rest ? `${rest} m` : "under a minute";
}
setInterval(() => {
  if (document.hidden) return;
  for (const element of zrg.$$("time[data-age]")) {
    const text = age(Date.parse(element.dateTime));
    if (text) element.textContent = text;
  }
  for (const element of zrg.$$("[data-waiting-since]")) zrg.$("span", element).textContent = `waiting ${waiting(Date.parse(element.dataset.waitingSince))}`;
}, 30000);

// --- the drawer: beside the thread where there is room, a sheet elsewhere
const wide = matchMedia("(min-width: 80rem)");
if (zrg.store.read("zrg-drawer") === "closed") body.classList.add("app--no-drawer");
function toggleDrawer(button) {
  if (wide.matches) {
    const closed = body.classList.toggle("app--no-drawer");
    zrg.store.write("zrg-drawer", closed ? "closed" : "open");
    return;
  }
  const open = body.classList.toggle("app--drawer");
  if (open) zrg.$("#drawer [data-close-drawer]")?.focus();
  else button?.focus();
}
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle-drawer]");
  if (toggle) return toggleDrawer(toggle);
  if (event.target.closest("[data-close-drawer]") || (body.classList.contains("app--drawer") && !event.target.closest("#drawer"))) {
    body.classList.remove("app--drawer");
    zrg.$("[data-toggle-drawer]")?.focus();
  }
});
zrg.toggleDrawer = toggleDrawer;
