// The heat map by keyboard: one stop for Tab, arrows from cell to cell; and how much is chosen. Works without it.
const table = document.querySelector("[data-grid]");
const wide = matchMedia("(min-width: 901px)");

/** What takes the focus in a cell: its link or box, else the cell itself. */
function stop(cell) {
  return cell.querySelector("a, input:not([hidden])") ?? cell;
}

/** The cells that are seen, row by row. */
function rows() {
  return [...table.rows].map((row) => [...row.cells].filter((cell) => cell.getClientRects().length > 0));
}

function place(target) {
  const all = rows();
  const cell = target.closest("td, th");
  const y = all.findIndex((row) => row.includes(cell));
  return { all, y, x: y < 0 ? -1 : all[y].indexOf(cell) };
}

const clamp = (value, most) => Math.max(0, Math.min(most, value));

function moved(event, { all, x, y }) {
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

let current = null;

function take(next) {
  if (current) current.tabIndex = -1;
  current = next;
  current.tabIndex = 0;
}

function arrange() {
  const cells = rows().flat();
  if (!wide.matches) {
    table.removeAttribute("role");
    for (const cell of cells) {
      stop(cell).removeAttribute("tabindex");
    }
    current = null;
    return;
  }
  table.setAttribute("role", "grid");
  for (const cell of cells) stop(cell).tabIndex = -1;
  take(stop(table.tBodies[0].querySelector("th")));
}

/** Keep a focused cell clear of the columns and the head that stay. */
function uncover(cell) {
  const region = table.parentElement;
  const pinned = table.tBodies[0].rows[0].querySelector("th");
  if (getComputedStyle(cell).left !== "auto") return;
  const box = cell.getBoundingClientRect();
  const under = pinned.getBoundingClientRect().right - box.left;
  if (under > 0) region.scrollLeft -= under + 4;
  const over = table.tHead.getBoundingClientRect().bottom - box.top;
  if (!cell.closest("thead") && over > 0) region.scrollTop -= over + 4;
}

/** The line under the map says what the cell says, for those who see but do not hover. */
function tell(cell) {
  const head = table.tHead.rows[0].cells[cell.cellIndex - (cell.closest("tbody") ? 1 : 0)];
  for (const marked of table.querySelectorAll(".marked")) marked.classList.remove("marked");
  if (!cell.classList.contains("c")) {
    told.textContent = "";
    return;
  }
  head?.classList.add("marked");
  const name = cell.parentElement.querySelector("th a")?.textContent ?? "";
  told.textContent = `${name}. ${cell.title || cell.firstElementChild?.title || ""}`;
}

const told = document.createElement("p");
told.className = "told";
told.setAttribute("aria-hidden", "true");

if (table?.tBodies[0]?.rows.length) {
  table.parentElement.after(told);
  arrange();
  wide.addEventListener("change", arrange);
  table.addEventListener("keydown", (event) => {
    if (!wide.matches || event.altKey || event.metaKey) return;
    const from = place(event.target);
    const way = from.y < 0 ? null : moved(event, from);
    if (!way) return;
    event.preventDefault();
    const row = from.all[clamp(way[1], from.all.length - 1)];
    stop(row[clamp(way[0], row.length - 1)]).focus();
  });
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || !wide.matches) return;
    take(event.target);
    uncover(cell);
    tell(cell);
  });
  table.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("td, th");
    if (cell) tell(cell);
  });
}

/** How many controls are chosen, and how many actions that makes. */
const form = document.getElementById("decide");
const all = form?.querySelector("[data-all]");
const picked = form?.querySelector("[data-picked]");
const boxes = [...(form?.querySelectorAll("input[name=control]") ?? [])];
const where = form?.querySelector("select[name=where]");

function count() {
  const chosen = boxes.filter((box) => box.checked);
  const kind = where.value === "open" ? "open" : "new";
  const actions = chosen.reduce((sum, box) => sum + Number(box.dataset[kind]), 0);
  all.checked = chosen.length > 0 && chosen.length === boxes.length;
  all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  form.classList.toggle("choosing", chosen.length > 0);
  picked.hidden = chosen.length === 0;
  picked.textContent = `${chosen.length} ${chosen.length === 1 ? "control" : "controls"} chosen: ${actions} ${actions === 1 ? "action" : "actions"}`;
}

if (form && all && picked && where) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  count();
  if (table && wide.matches) arrange();
}
