// Runs before the first paint: the theme that was chosen here before. Without a choice the system's counts.
try {
  const chosen = localStorage.getItem("surefoot-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be refused; the system's theme is fine.
}
