// Copies a paragraph; without a clipboard the button stays hidden.
function prepare(part) {
  for (const button of part.querySelectorAll("[data-copies]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copies)?.textContent.trim() ?? "";
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not copied: the browser refuses";
      }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

prepare(document);
document.addEventListener("surefoot:shown", (event) => prepare(event.detail));
