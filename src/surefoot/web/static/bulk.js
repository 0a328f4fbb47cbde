// Choosing actions: all at once or a range, what they come to together, and only the fields that the status needs.
// Without it each box works, and the preview says the rest.
const points = new Intl.NumberFormat(navigator.languages, { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(navigator.languages, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function sum(boxes, name) {
  return boxes.reduce((total, box) => total + Number(box.dataset[name] ?? 0), 0);
}

function told(form, boxes) {
  const gain = sum(boxes, "points");
  let text = `${boxes.length} selected`;
  if (gain > 0) text += `, together +${points.format(gain)} points`;
  const now = Number(form.dataset.percent);
  if (gain > 0 && form.dataset.percent) text += `, ${percent.format(now)} \u2192 ${percent.format(now + sum(boxes, "impact"))} %`;
  return text;
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
  let last = null;

  function tell() {
    const picked = boxes.filter((box) => box.checked);
    all.checked = picked.length > 0 && picked.length === boxes.length;
    all.indeterminate = picked.length > 0 && picked.length < boxes.length;
    form.classList.toggle("choosing", picked.length > 0);
    bar.hidden = picked.length === 0;
    said.hidden = false;
    said.textContent = told(form, picked);
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
