// Copy buttons. Without this file the text beside them can be selected by hand.
const { copied, byHand } = document.querySelector("script[data-copied]").dataset;
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("input[readonly]")) target.select();
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = copied;
  } catch {
    field.select();
    button.textContent = byHand;
  }
  setTimeout(() => { button.textContent = label; }, 2000);
});
