// Small comforts on every page; everything works without them.
const root = document.documentElement;

function remember(theme) {
  try {
    if (theme) localStorage.setItem("surefoot-theme", theme);
    else localStorage.removeItem("surefoot-theme");
  } catch {
    // Storage may be refused: the choice lasts for this page.
  }
}

/** The theme switch: system, light, dark. */
for (const group of document.querySelectorAll("[data-themes]")) {
  group.hidden = false;
  const inputs = [...group.querySelectorAll("input")];
  const now = root.dataset.theme ?? "";
  for (const input of inputs) {
    input.checked = input.value === now;
    input.addEventListener("change", () => {
      if (input.value) root.dataset.theme = input.value;
      else delete root.dataset.theme;
      remember(input.value);
    });
  }
}

/** On a narrow page the tabs are wider than it: the one of this page comes into sight, and nothing else moves. */
for (const strip of document.querySelectorAll(".tabs .strip")) {
  const tab = strip.querySelector("[aria-current]");
  if (!tab) continue;
  const [seen, own] = [strip, tab].map((element) => element.getBoundingClientRect());
  if (own.left < seen.left || own.right > seen.right) strip.scrollLeft += own.left - seen.left - (seen.width - own.width) / 2;
}

/** Menus close on Escape and on a click elsewhere. */
const menus = () => document.querySelectorAll("details.menu"); // an update in place brings new ones
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

/** The tenant menu's search narrows its list. */
for (const input of document.querySelectorAll("[data-narrows]")) {
  input.hidden = false;
  const items = [...input.closest(".menu").querySelectorAll("li")];
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
}

/** Lists and boxes of a filter apply at once. */
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-applies]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

/** A form is sent once. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post") return; // a field may be called method
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy");
  }
});
