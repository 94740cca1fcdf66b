// Runs before the first paint, so that a remembered theme does not flash. The only script that is not a module.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // A browser may forbid storage; the system's theme stays.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
