// Ages and deadlines as the minutes pass, in the words the server printed them in. Loaded with the first of them.
const { zrg } = window, { gettext } = zrg;

function age(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 60) return gettext("now");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return seconds < 604800 ? `${Math.floor(seconds / 86400)} d` : null;
}

function waiting(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / 60000));
  const days = Math.floor(minutes / 1440), parts = [[days, "d"], [Math.floor((minutes % 1440) / 60), "h"], [days ? 0 : minutes % 60, "m"]];
  return parts.filter(([number]) => number).map((part) => part.join(" ")).join(" ") || gettext("under a minute");
}

export function renew() {
  for (const element of zrg.$$("time[data-age]")) {
    const text = age(Date.parse(element.dateTime));
    if (text) element.textContent = text;
  }
  for (const element of zrg.$$("time[data-due]")) {
    const due = Date.parse(element.dateTime), late = Date.now() > due;
    const time = waiting(late ? due : 2 * Date.now() - due);
    element.toggleAttribute("data-late", late);
    element.textContent = late ? gettext("overdue {time}", { time }) : gettext("due in {time}", { time });
  }
  for (const element of zrg.$$("[data-waiting-since]")) zrg.$("[data-waiting]", element).textContent = waiting(Date.parse(element.dataset.waitingSince));
}
