// the outline: open beside the page, folded above it
(() => {
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
})();
