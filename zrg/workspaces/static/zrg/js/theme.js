// The theme chosen on this device, before the first paint. Without a choice the system decides.
(() => {
  const KEY = "zrg-theme";
  const root = document.documentElement;
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const read = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  apply(read());

  document.addEventListener("change", (event) => {
    const control = event.target.closest("[data-theme-choice]");
    if (!control) return;
    try { localStorage.setItem(KEY, control.value); } catch { /* private windows keep the system's theme */ }
    apply(control.value);
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const control of document.querySelectorAll("[data-theme-choice]")) control.value = read() || "system";
  });
})();
