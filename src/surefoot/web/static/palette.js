// The search over every page: "/" or Ctrl-K opens it, letters find, arrow keys choose. Without it the search is a page.
const form = document.querySelector("[data-palette]");
const opener = form?.querySelector("a");
let dialog;
let asked = 0;
let waits; // until the letters pause
let shown; // the text that the hits answer; undefined while none do
let chosen = false; // Enter came before the hits of the text: the first one opens when they are here

function build() {
  const made = document.createElement("dialog");
  made.className = "palette";
  made.setAttribute("aria-label", "Search pages, tenants and controls");
  const input = document.createElement("input");
  input.type = "text"; // a search field would take the first Escape to clear itself
  input.placeholder = "A page, a tenant or a control";
  input.setAttribute("aria-label", input.placeholder);
  input.autocomplete = "off";
  const hits = document.createElement("div");
  hits.className = "hits";
  hits.tabIndex = -1;
  const help = document.createElement("p");
  help.className = "help";
  help.setAttribute("role", "status");
  made.append(input, hits, help);
  document.body.append(made);
  input.addEventListener("input", () => {
    chosen = false;
    clearTimeout(waits);
    waits = setTimeout(() => find(input.value, hits, help), 120);
  });
  made.addEventListener("keydown", (event) => move(event, made));
  made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
  made.addEventListener("close", () => {
    forget();
    opener.focus();
  });
  return made;
}

function forget() {
  clearTimeout(waits);
  asked += 1;
  shown = undefined;
  chosen = false;
}

async function find(text, hits, help) {
  clearTimeout(waits);
  const query = new URLSearchParams(new FormData(form));
  query.set("text", text);
  asked += 1;
  const mine = asked;
  try {
    const answer = await fetch(`/search?${query}`);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    const chose = hits.contains(document.activeElement) ? document.activeElement.href : null;
    hits.replaceChildren(...page.getElementById("hits").childNodes);
    shown = text;
    const found = [...hits.querySelectorAll("a")];
    if (chose !== null) (found.find((hit) => hit.href === chose) ?? hits.previousElementSibling).focus();
    help.textContent = `${found.length} found. Arrow keys choose, Enter opens, Escape closes.`;
    if (chosen) found[0]?.click();
    chosen = false;
  } catch {
    if (mine !== asked) return;
    help.textContent = "The search did not answer: reload the page.";
  }
}

function move(event, made) {
  const stops = [made.querySelector("input"), ...made.querySelectorAll(".hits a")];
  const at = stops.indexOf(document.activeElement);
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    stops[(Math.max(at, 0) + steps[event.key] + stops.length) % stops.length].focus();
  } else if (event.key === "Enter" && at === 0) {
    event.preventDefault();
    enter(stops, made);
  } else if (event.key.length === 1 && at > 0 && !event.ctrlKey && !event.metaKey && event.key !== " ") {
    stops[0].focus();
  }
}

// What the hits on the page answer may be older than what was typed last: then Enter waits for the right ones.
function enter([input, first], made) {
  if (shown === input.value) {
    first?.click();
    return;
  }
  chosen = true;
  find(input.value, made.querySelector(".hits"), made.querySelector(".help"));
}

function open() {
  dialog ??= build();
  if (dialog.open) return;
  const input = dialog.querySelector("input");
  const hits = dialog.querySelector(".hits");
  const help = dialog.querySelector(".help");
  hits.replaceChildren();
  help.textContent = "Searching …";
  dialog.showModal();
  input.value = "";
  input.focus();
  find("", hits, help);
}

if (form && "showModal" in HTMLDialogElement.prototype) {
  form.querySelector("kbd").hidden = false;
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (!slash && !k) return;
    event.preventDefault();
    open();
  });
}
