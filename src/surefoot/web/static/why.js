// Two days chosen in the chart, by dragging or with Shift and the arrow keys; and the copy button.
const SVG = "http://www.w3.org/2000/svg";

function pick(figure) {
  const form = document.getElementById(figure.dataset.picks);
  if (!form) return;
  const [from, to] = ["from", "to"].map((name) => form.elements.namedItem(name));
  const said = form.querySelector("[data-picked]");
  said.hidden = false;
  // Days are read as the table below the chart writes them: in the reader's own way.
  const rows = document.getElementById(figure.dataset.table);
  const written = (day) => rows?.querySelector(`tr[data-day="${day}"]`)?.dataset.label ?? day;
  for (const svg of figure.querySelectorAll("svg.chart")) {
    const band = document.createElementNS(SVG, "rect");
    band.setAttribute("class", "band");
    band.setAttribute("visibility", "hidden");
    svg.prepend(band);
    follow(svg, (first, second) => {
      const [a, b] = [first, second].sort();
      from.value = a;
      to.value = b;
      draw(svg, band, a, b);
      said.textContent = a === b ? "Choose a second day." : `${written(a)} to ${written(b)}: press Enter or choose Explain.`;
    }, () => form.requestSubmit());
  }
}

function draw(svg, band, a, b) {
  const { first, last, left, right, top, bottom } = svg.dataset;
  const span = Date.parse(last) - Date.parse(first) || 1;
  const [x, end] = [a, b].map((day) => Number(left) + ((right - left) * (Date.parse(day) - Date.parse(first))) / span);
  const places = { x, y: top, width: Math.max(1, end - x), height: bottom - top, visibility: a === b ? "hidden" : "visible" };
  for (const [name, value] of Object.entries(places)) band.setAttribute(name, value);
}

/** The chart's own script, which comes first, keeps the day under the pointer or the keys in `data-at`. */
function follow(svg, choose, send) {
  let begun = null;
  let chosen = false;
  let dragging = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !svg.dataset.at) return;
    begun = svg.dataset.at;
    dragging = true;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", () => {
    if (!dragging || svg.dataset.at === begun) return;
    choose(begun, svg.dataset.at);
    chosen = true;
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { dragging = false; });
  let before = null;
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && chosen) send();
    if (event.key === "Shift") return;
    if (!event.shiftKey) before = null;
  });
  // In the first phase, before the chart's own script moves on: the day that is left is the selection's other end.
  svg.addEventListener("keydown", (event) => {
    if (event.shiftKey && event.key !== "Shift") before ??= svg.dataset.at;
  }, { capture: true });
  svg.addEventListener("keydown", (event) => {
    if (!event.shiftKey || !before || before === svg.dataset.at || !/^(Arrow|Page|Home|End)/.test(event.key)) return;
    choose(before, svg.dataset.at);
    chosen = true;
  });
}


async function copy(button) {
  const text = document.getElementById(button.dataset.copies);
  const said = button.closest("section").querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(text.textContent.trim());
    said.textContent = "Copied.";
  } catch {
    // The clipboard is refused, as it is without https: the text is selected for the keyboard's own copy.
    getSelection().selectAllChildren(text);
    said.textContent = "Selected: copy it with the keyboard.";
  }
}

function look(root) {
  for (const figure of root.querySelectorAll("[data-picks]")) pick(figure);
  for (const button of root.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

look(document);
document.addEventListener("surefoot:shown", (event) => look(event.detail));
