// The history chart's crosshair, tooltip and keyboard. The days come from the table below the chart.
const SVG = "http://www.w3.org/2000/svg";
const DAY = 86_400_000;

function rowsOf(table) {
  return [...table.querySelectorAll("tr[data-day]")]
    .map((row) => ({
      day: row.dataset.day,
      time: Date.parse(row.dataset.day),
      percent: row.dataset.percent === "" ? null : Number(row.dataset.percent),
      label: row.dataset.label,
      lines: row.dataset.lines.split("|").filter(Boolean),
    }))
    .sort((a, b) => a.time - b.time);
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function scaleOf(svg) {
  const number = (name) => Number(svg.dataset[name]);
  const first = Date.parse(svg.dataset.first);
  const span = Date.parse(svg.dataset.last) - first;
  const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map(number);
  return {
    left, right, top, bottom,
    x: (time) => left + (right - left) * (span ? (time - first) / span : 1),
    y: (value) => bottom - ((bottom - top) * (value - number("low"))) / (number("high") - number("low")),
    time: (x) => first + span * Math.min(1, Math.max(0, (x - left) / (right - left))),
  };
}

function nearest(rows, time) {
  let best = 0;
  for (let i = 1; i < rows.length; i += 1) {
    if (Math.abs(rows[i].time - time) < Math.abs(rows[best].time - time)) best = i;
  }
  return best;
}

function enhance(figure) {
  const table = document.getElementById(figure.dataset.table);
  const tip = figure.querySelector(".tip");
  const rows = table ? rowsOf(table) : [];
  if (!rows.length || !tip) return;
  for (const svg of figure.querySelectorAll("svg.chart")) follow(svg, figure, tip, rows);
}

function follow(svg, figure, tip, rows) {
  const scale = scaleOf(svg);
  const line = make("path", { class: "cross", visibility: "hidden" });
  const dot = make("circle", { class: "cross-dot", r: "4", visibility: "hidden" });
  svg.append(line, dot);
  // The browser's own tooltip of the title would cover ours: the name moves to the chart's label.
  const title = svg.querySelector("title");
  svg.setAttribute("aria-label", `${title.textContent}. Use the arrow keys to step through the days.`);
  svg.removeAttribute("aria-labelledby");
  title.remove();
  for (const inner of svg.querySelectorAll(".gap > title")) inner.remove();
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-roledescription", "chart");
  let at = rows.length - 1;

  function show(index) {
    at = index;
    const row = rows[at];
    svg.dataset.at = row.day;
    const x = scale.x(row.time);
    line.setAttribute("d", `M${x} ${scale.top}V${scale.bottom}`);
    line.setAttribute("visibility", "visible");
    dot.setAttribute("visibility", row.percent === null ? "hidden" : "visible");
    const y = row.percent === null ? scale.top : scale.y(row.percent);
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
    tip.replaceChildren(...[row.label, ...row.lines].map((text, i) => {
      const part = document.createElement(i === 0 ? "b" : "span");
      part.textContent = text;
      return part;
    }));
    tip.hidden = false;
    place(x, y);
  }

  function place(x, y) {
    // Moved through the object model, which a strict Content-Security-Policy allows; attributes it would refuse.
    const drawn = svg.getBoundingClientRect();
    const around = figure.getBoundingClientRect();
    const ratio = drawn.width / svg.viewBox.baseVal.width;
    const px = drawn.left - around.left + x * ratio;
    const after = px + 14 + tip.offsetWidth <= around.width;
    const left = after ? px + 14 : px - 14 - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(left, around.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(0, drawn.top - around.top + y * ratio - tip.offsetHeight - 10)}px`;
  }

  function hide() {
    tip.hidden = true;
    line.setAttribute("visibility", "hidden");
    dot.setAttribute("visibility", "hidden");
  }

  svg.addEventListener("pointermove", (event) => {
    const drawn = svg.getBoundingClientRect();
    const x = ((event.clientX - drawn.left) * svg.viewBox.baseVal.width) / drawn.width;
    const time = scale.time(x);
    const index = nearest(rows, time);
    if (Math.abs(rows[index].time - time) > 2 * DAY && rows.length > 60) hide();
    else show(index);
  });
  svg.addEventListener("pointerleave", () => (document.activeElement === svg ? show(at) : hide()));
  svg.addEventListener("focus", () => show(at));
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7, Home: -rows.length, End: rows.length };
    if (event.key === "Escape") hide();
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(Math.min(rows.length - 1, Math.max(0, at + steps[event.key])));
  });
}

function look(root) {
  for (const figure of root.querySelectorAll("[data-chart=history]")) enhance(figure);
}

look(document);
document.addEventListener("surefoot:shown", (event) => look(event.detail));
