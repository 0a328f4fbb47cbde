// Back from a preview the list is as it was: what was ticked and filled in is kept in this tab until then. Without it
// the way back leads to the same list, and the browser's own Back keeps the ticks.
const KEY = "surefoot-chosen";

/** Take out what was kept: null where there is nothing, no store, or nothing that this page wrote. */
function taken() {
  try {
    const held = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    sessionStorage.removeItem(KEY);
    const whole = Array.isArray(held?.pairs) && held.pairs.every((pair) => Array.isArray(pair) && pair.length === 2);
    return whole ? held : null;
  } catch {
    return null;
  }
}

/** Tick and fill in again what was sent from this list. */
function restore(form, held) {
  if (held.back !== form.elements.back?.value) return;
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
  const held = taken();
  if (held) restore(form, held);
  history.replaceState(history.state, "", location.pathname + location.search);
}

begin();
document.addEventListener("surefoot:shown", begin);
