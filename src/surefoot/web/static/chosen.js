// Back from a preview the list is as it was: what was ticked and filled in is kept in this tab until then. Without it
// the way back leads to the same list, and the browser's own Back keeps the ticks.
const KEY = "surefoot-chosen";

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

/** Tick and fill in again what was sent from this list. */
function restore(form) {
  const held = kept();
  if (held?.back !== form.elements.back?.value) return;
  const sent = held.pairs;
  for (const box of form.querySelectorAll("input[type=checkbox][name]")) {
    box.checked = sent.some(([name, value]) => name === box.name && value === box.value);
  }
  for (const field of form.querySelectorAll(".pickbar :is(select, input)[name]")) {
    const pair = sent.findLast(([name]) => name === field.name);
    if (pair) field.value = pair[1];
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function begin() {
  const form = document.querySelector("form[data-chosen]");
  if (!form) return;
  form.addEventListener("submit", () => {
    const pairs = [...new FormData(form)];
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ back: form.elements.back.value, pairs }));
    } catch {
      // a full or forbidden store: the list comes back without its ticks
    }
  });
  if (location.hash !== "#chosen") return;
  if (kept()) restore(form);
  sessionStorage.removeItem(KEY);
  history.replaceState(history.state, "", location.pathname + location.search);
}

begin();
document.addEventListener("surefoot:shown", begin);
