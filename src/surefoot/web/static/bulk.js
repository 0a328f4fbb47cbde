// Choosing actions: all at once or a range, what they come to together, and only the fields that the status needs.
// Without it each box works, and the preview says the rest.
const points = new Intl.NumberFormat(navigator.languages, { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(navigator.languages, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function sum(boxes, name) {
  return boxes.reduce((total, box) => total + Number(box.dataset[name] ?? 0), 0);
}

/** What is chosen comes to; a status that gains nothing, or only once Microsoft is told, says so. */
function told(form, boxes, status) {
  const gain = sum(boxes, "points");
  const selected = `${boxes.length} selected`;
  if (!(gain > 0)) return selected;
  const amount = points.format(gain);
  const word = gain === 1 ? "point" : "points";
  const known = Boolean(form.dataset.percent);
  const now = Number(form.dataset.percent);
  if (status === "riskAccepted") {
    return `${selected}, gives up ${amount} ${word} and gains none${known ? `: the score stays at ${percent.format(now)} %` : ""}`;
  }
  const rise = known ? `, ${percent.format(now)} \u2192 ${percent.format(now + sum(boxes, "impact"))} %` : "";
  const once = ["thirdParty", "alternate"].includes(status) ? ", once Microsoft is told and gives them" : "";
  return `${selected}, together +${amount} ${word}${rise}${once}`;
}

/** Bring the bar into sight: rows that come near are laid out only then, and move it for some frames. */
function bring(bar, frames = 12) {
  bar.scrollIntoView({ block: "end" });
  if (frames > 0) requestAnimationFrame(() => bring(bar, frames - 1));
}

/** On a narrow page the bar is one line until it is opened: it would cover the list. */
function folded(form, bar, said) {
  const opens = document.createElement("button");
  opens.type = "button";
  opens.className = "opens";
  opens.textContent = "Decide\u2026";
  said.after(opens);
  opens.addEventListener("click", () => {
    form.classList.add("opened");
    bar.querySelector("select, input:not([type=hidden])")?.focus({ preventScroll: true });
    bring(bar);
  });
}

function begin() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const all = form.querySelector("[data-all]");
  const said = form.querySelector("[data-picked]");
  const bar = form.querySelector(".pickbar");
  const status = form.querySelector("select[name=status]");
  const boxes = [...form.querySelectorAll("input[name=item]")];
  const fields = [...bar.querySelectorAll("select, input:not([type=hidden])")];
  const button = bar.querySelector("button");
  folded(form, bar, said);
  let last = null;

  function tell() {
    const picked = boxes.filter((box) => box.checked);
    all.checked = picked.length > 0 && picked.length === boxes.length;
    all.indeterminate = picked.length > 0 && picked.length < boxes.length;
    form.classList.toggle("choosing", picked.length > 0);
    bar.hidden = picked.length === 0;
    said.hidden = false;
    said.textContent = told(form, picked, status?.value);
    button.disabled = !fields.some((field) => field.value.trim());
    for (const label of form.querySelectorAll("[data-for]")) {
      const needs = label.dataset.for.split(" ");
      label.hidden = !(needs.includes(status.value) || (status.value && needs.includes("any")));
    }
  }

  function range(event) {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = at;
  }

  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  form.addEventListener("click", range);
  form.addEventListener("change", tell);
  form.addEventListener("input", tell);
  tell();
}

begin();
document.addEventListener("surefoot:shown", begin);
