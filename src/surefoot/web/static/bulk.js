// Choosing actions: all at once, and how many are chosen. Without it each box still works.
const form = document.getElementById("bulk");
const all = form?.querySelector("[data-all]");
const told = form?.querySelector("[data-picked]");
const boxes = [...(form?.querySelectorAll("input[name=item]") ?? [])];

function tell() {
  const count = boxes.filter((box) => box.checked).length;
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
  form.classList.toggle("choosing", count > 0);
  told.hidden = count === 0;
  told.textContent = `${count} chosen`;
}

if (form && all && told) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}
