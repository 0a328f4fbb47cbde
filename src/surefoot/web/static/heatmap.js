// The heat map by keyboard: one stop for Tab, arrows from cell to cell; and how much is chosen. Works without it.
const wide = matchMedia("(min-width: 901px)");
const clamp = (value, most) => Math.max(0, Math.min(most, value));

/** What takes the focus in a cell: its link or box, else the cell itself. */
function stop(cell) {
  return cell.querySelector("a, input:not([hidden])") ?? cell;
}

/** The cells that are seen, row by row. */
function rows(table) {
  return [...table.rows].map((row) => [...row.cells].filter((cell) => cell.getClientRects().length > 0));
}

/** Where a key leads from a place; null: it is none of ours. */
function moved(event, all, x, y) {
  const last = all.length - 1;
  const end = all[y].length - 1;
  switch (event.key) {
    case "ArrowLeft": return [x - 1, y];
    case "ArrowRight": return [x + 1, y];
    case "ArrowUp": return [x, y - 1];
    case "ArrowDown": return [x, y + 1];
    case "PageUp": return [x, Math.max(1, y - 10)];
    case "PageDown": return [x, y + 10];
    case "Home": return [0, event.ctrlKey ? 0 : y];
    case "End": return [end, event.ctrlKey ? last : y];
    default: return null;
  }
}

/** Keep a focused cell clear of the columns and the head that stay. */
function uncover(table, cell) {
  const pinned = table.tBodies[0].rows[0].querySelector("th");
  if (getComputedStyle(cell).left !== "auto") return;
  const box = cell.getBoundingClientRect();
  const under = pinned.getBoundingClientRect().right - box.left;
  if (under > 0) table.parentElement.scrollLeft -= under + 4;
  const over = table.tHead.rows[0].cells[0].getBoundingClientRect().bottom - box.top;
  const scrolls = getComputedStyle(table.parentElement).overflowY === "auto" ? table.parentElement : document.documentElement;
  if (!cell.closest("thead") && over > 0) scrolls.scrollTop -= over + 4;
}

function walk(table) {
  const told = document.createElement("p");
  told.className = "told";
  told.setAttribute("aria-hidden", "true");
  table.parentElement.after(told);
  let current = null;

  function take(next) {
    if (current) current.tabIndex = -1;
    current = next;
    current.tabIndex = 0;
  }

  function arrange() {
    const stops = [...table.rows].flatMap((row) => [...row.cells]).map(stop);
    current = null;
    if (wide.matches) {
      table.setAttribute("role", "grid");
      for (const each of stops) each.tabIndex = -1;
      take(stop(table.tBodies[0].querySelector("th")));
    } else {
      table.removeAttribute("role");
      for (const each of stops) each.removeAttribute("tabindex");
    }
  }

  /** The line under the map says what a cell says, for those who see but do not hover. */
  function tell(cell) {
    for (const marked of table.querySelectorAll(".marked")) marked.classList.remove("marked");
    told.textContent = "";
    if (!cell.matches("td.c")) return;
    const places = [...cell.parentElement.querySelectorAll("td.c")];
    table.tHead.querySelectorAll(".tenant")[places.indexOf(cell)]?.classList.add("marked");
    const name = cell.parentElement.querySelector("th a")?.textContent ?? "";
    told.textContent = `${name}. ${cell.title || cell.firstElementChild?.title || ""}`;
  }

  arrange();
  wide.addEventListener("change", () => { if (table.isConnected) arrange(); });
  table.addEventListener("keydown", (event) => {
    if (!wide.matches || event.altKey || event.metaKey) return;
    const all = rows(table);
    const cell = event.target.closest("td, th");
    const y = all.findIndex((row) => row.includes(cell));
    const way = y < 0 ? null : moved(event, all, all[y].indexOf(cell), y);
    if (!way) return;
    event.preventDefault();
    const row = all[clamp(way[1], all.length - 1)];
    stop(row[clamp(way[0], row.length - 1)]).focus();
  });
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || !wide.matches) return;
    take(event.target);
    uncover(table, cell);
    tell(cell);
  });
  table.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("td, th");
    if (cell) tell(cell);
  });
}

/** How many controls are chosen, and how many actions that makes. */
function choose(form) {
  const all = form.querySelector("[data-all]");
  const picked = form.querySelector("[data-picked]");
  const where = form.querySelector("select[name=where]");
  const boxes = [...form.querySelectorAll("input[name=control]")];
  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  function count() {
    const chosen = boxes.filter((box) => box.checked);
    const kind = where.value === "open" ? "open" : "new";
    const actions = chosen.reduce((sum, box) => sum + Number(box.dataset[kind]), 0);
    all.checked = chosen.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    form.classList.toggle("choosing", chosen.length > 0);
    picked.hidden = chosen.length === 0;
    picked.textContent = `${plural(chosen.length, "control")} chosen: ${plural(actions, "action")}`;
  }

  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  count();
}

function look(root) {
  for (const form of root.querySelectorAll("#decide")) choose(form);
  for (const table of root.querySelectorAll("[data-grid]")) walk(table);
}

look(document);
document.addEventListener("surefoot:shown", (event) => look(event.detail));
