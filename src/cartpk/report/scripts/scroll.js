// wide tables: a shade where there is more to see
(() => {
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
})();
