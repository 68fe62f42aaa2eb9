// light or dark: the system's choice until the reader makes one
(() => {
  const root = document.documentElement;
  document.querySelector(".tools").hidden = false;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const recall = () => { try { return localStorage.getItem("cartpk-theme"); } catch { return null; } };
  const keep = (name) => { try { localStorage.setItem("cartpk-theme", name); } catch { /* a file may have no storage */ } };
  const shown = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  const label = () => { button.textContent = shown() === "dark" ? "Light" : "Dark"; };
  const stored = recall();
  if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  label();
  dark.addEventListener("change", label);
  button.addEventListener("click", () => {
    root.dataset.theme = shown() === "dark" ? "light" : "dark";
    keep(root.dataset.theme);
    label();
  });
})();
