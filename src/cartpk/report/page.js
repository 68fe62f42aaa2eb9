"use strict";
(() => {
  const root = document.documentElement;
  const tools = document.querySelector(".tools");
  tools.hidden = false;

  // light or dark: the system's choice until the reader makes one
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

  // the outline: open beside the page, folded above it
  const outline = document.querySelector(".outline details");
  const wide = matchMedia("(min-width: 70rem)");
  const settle = () => { outline.open = wide.matches; };
  settle();
  wide.addEventListener("change", settle);
  outline.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) outline.open = false;
  });

  // where the reader is
  const links = new Map();
  for (const link of outline.querySelectorAll("a")) links.set(link.hash.slice(1), link);
  const parts = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let waiting = false;
  const locate = () => {
    waiting = false;
    const line = innerHeight * 0.25;
    let here = parts[0];
    for (const part of parts) if (part.getBoundingClientRect().top <= line) here = part;
    for (const [id, link] of links) {
      if (here && id === here.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const link = here && links.get(here.id);
    if (link && wide.matches) {
      const box = link.closest(".outline");
      const top = link.getBoundingClientRect().top - box.getBoundingClientRect().top;
      if (top < 0 || top > box.clientHeight - 40) box.scrollTop += top - box.clientHeight / 2;
    }
  };
  addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(locate); } }, { passive: true });
  locate();

  // wide tables: a shade where there is more to see
  const boxes = [...document.querySelectorAll(".scroll")];
  const shade = (box) => {
    box.classList.toggle("left", box.scrollLeft > 1);
    box.classList.toggle("right", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  };
  const watch = new ResizeObserver((entries) => entries.forEach((entry) => shade(entry.target)));
  for (const box of boxes) {
    watch.observe(box);
    box.addEventListener("scroll", () => shade(box), { passive: true });
  }

  // folded parts: all at once, for paper, and when a link leads into one
  const folded = [...document.querySelectorAll("main details")];
  const unfold = document.getElementById("unfold");
  const set = (open) => folded.forEach((part) => { part.open = open; });
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    unfold.textContent = open ? "Fold" : "Unfold";
    set(open);
  });
  let before = [];
  addEventListener("beforeprint", () => { before = folded.map((part) => part.open); set(true); });
  addEventListener("afterprint", () => folded.forEach((part, i) => { part.open = before[i]; }));
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.matches("main details")) at.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
