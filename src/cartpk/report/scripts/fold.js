// folded parts: all at once, for paper, and when a link leads into one
(() => {
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
    const target = document.getElementById(cartpk.address().place);
    for (let at = target; at; at = at.parentElement) if (at.matches("main details")) at.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
