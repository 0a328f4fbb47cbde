// A deed on many tenants is done some at a time: go on by itself, unless somebody stops it. Without it there is a button.
const form = document.querySelector("form[data-onward]");
if (form) {
  const stop = document.createElement("button");
  stop.type = "button";
  stop.textContent = "Stop here";
  form.append(" ", stop);
  const waits = setTimeout(() => form.requestSubmit(form.querySelector(".primary")), 300);
  stop.addEventListener("click", () => {
    clearTimeout(waits);
    stop.remove();
  });
}
