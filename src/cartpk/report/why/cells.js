// Cells that lead on: subjects to their page, numbers of a subject to their panel, cells of summaries to their subjects.
(() => {
  const { make } = cartpk, s = cartpk.subjects, tables = cartpk.behind;
  const stamped = new WeakSet();

  // rows and columns by number; numbers become buttons, subjects links. A listing that was sorted or filtered has rows of
  // its own, which carry the number of the row they show
  cartpk.stamp = (article) => {
    if (stamped.has(article) || !(article.id in tables)) return;
    stamped.add(article);
    const of = tables[article.id], width = article.querySelectorAll("thead th").length;
    const keys = cartpk.data.listings?.[article.dataset.table]?.keys ?? [];
    [...article.querySelectorAll("tbody tr:not(.heading)")].forEach((row, number) => {
      row.dataset.row ??= number;
      const cells = [...row.children], shift = width - cells.length;
      cells.forEach((cell, k) => { cell.dataset.column = k + shift; });
      if (of.subjects) listing(of, keys.slice(-width), cells, Number(row.dataset.row));
      else for (const cell of cells) if (cell.matches(cartpk.numbers) && cell.textContent.trim()) button(cell, `#behind/${article.id}/${row.dataset.row}/${cell.dataset.column}`);
    });
    if (of.subjects) for (const row of article.querySelectorAll("tbody tr.heading th")) subject(row);
    const first = article.querySelector("button.cell");
    if (first) first.tabIndex = 0;
  };
  cartpk.on("listing", ({ article }) => { stamped.delete(article); cartpk.stamp(article); });
  const button = (cell, address) => {
    if (cell.querySelector("button.cell")) return;
    const inner = make("button", { type: "button", class: "cell", tabindex: "-1", "data-to": address, title: "Why is this number so?" });
    inner.append(...cell.childNodes);
    cell.append(inner);
  };
  const subject = (cell) => {
    const id = cell.textContent.trim();
    if (!s.place.has(id) || cell.querySelector("a")) return;
    cell.replaceChildren(make("a", { href: s.link("subject", id) }, id));
  };
  const listing = (of, keys, cells, number) => {
    const i = of.subjects[number], profile = of.profiles?.[number], sample = of.samples?.[number];
    if (i < 0) return;
    cells.filter((cell) => cell.textContent.trim() === s.ids[i]).forEach(subject);
    for (const cell of cells) {
      const key = keys[cell.dataset.column], code = of.codes?.includes(key) ? key : null;
      if (!cell.matches("td") || !cell.textContent.trim() || cell.querySelector("button")) continue;
      if (code && profile) button(cell, `#${["why", s.ids[i], "NCA", code, ...profile, ""].map(encodeURIComponent).join("/")}`);
      else if (sample && cell.matches(cartpk.numbers)) button(cell, `#${["subject", s.ids[i], "sample", ...sample].map(encodeURIComponent).join("/")}`);
    }
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { cartpk.stamp(entry.target); seen.unobserve(entry.target); }
  }, { rootMargin: "300px" });
  for (const id of Object.keys(tables)) {
    const article = document.getElementById(id);
    if (article) seen.observe(article);
  }
  // whatever comes first: nothing may sort a table whose rows have no numbers yet
  for (const kind of ["pointerdown", "focusin", "keydown", "click"]) {
    document.addEventListener(kind, (event) => {
      const article = event.target.closest?.("article.exhibit");
      if (article) cartpk.stamp(article);
    }, true);
  }
  const go = (address) => {
    const query = location.hash.split("?")[1];
    location.hash = `${address}${query ? `?${query}` : ""}`;
  };
  document.addEventListener("click", (event) => {
    const inner = event.target.closest?.("button.cell");
    if (inner) go(inner.dataset.to);
  });
  // arrows move between the numbers of a table: one stop of the tab key each
  document.addEventListener("keydown", (event) => {
    const inner = event.target.closest?.("button.cell"), move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!inner || !move) return;
    const rows = [...inner.closest("table").querySelectorAll("tbody tr")].filter((row) => row.querySelector("button.cell") && !row.hidden);
    const row = rows[rows.indexOf(inner.closest("tr")) + move[0]];
    if (!row) return;
    const column = Number(inner.parentElement.dataset.column) + move[1];
    const next = row.querySelector(`[data-column="${column}"] button.cell`);
    if (!next) return;
    event.preventDefault();
    inner.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
})();
