// Which subjects are shown: groups chosen, subjects picked. Charts, listings and tables of subjects follow; the address
// after "#" keeps the choice. Says "filter" with cartpk.filter.state() whenever it changes.
cartpk.filter = (() => {
  const { data, make, say } = cartpk;
  const subjects = cartpk.table("adsl").columns.USUBJID, n = subjects.length;
  const chosen = new Map(data.filters.map((filter) => [filter.key, new Set()]));
  const picked = new Set();

  const everybody = () => ({ inGroups: new Array(n).fill(true), shown: new Array(n).fill(true), picked: new Set(), all: true, count: n });
  // inGroups: in the groups chosen; shown: of those the picked ones, where any are
  let now = everybody();
  const state = () => now;
  const compute = () => {
    const inGroups = subjects.map((_, i) => data.filters.every(({ key, of }) => !chosen.get(key).size || chosen.get(key).has(of[i])));
    const shown = inGroups.map((inside, i) => inside && (!picked.size || picked.has(i)));
    const count = shown.filter(Boolean).length;
    now = { inGroups, shown, picked: new Set(picked), all: picked.size === 0 && [...chosen.values()].every((set) => !set.size), count };
  };

  const byName = (names) => names.map((name) => subjects.indexOf(name)).filter((i) => i >= 0);
  const query = () => {
    const words = new URLSearchParams();
    for (const { key, values } of data.filters) for (const place of chosen.get(key)) words.append(key, values[place]);
    for (const i of picked) words.append("subject", subjects[i]);
    return words.toString();
  };
  const keep = () => {
    // the place as it stands: a part of it may hold an encoded slash
    const [place] = location.hash.slice(1).split("?"), words = query();
    const hash = words ? `#${place}?${words}` : place ? `#${place}` : "";
    if (hash !== location.hash) history.replaceState(history.state, "", hash || location.pathname + location.search);
  };
  const recall = (words) => {
    for (const { key, values } of data.filters) chosen.set(key, new Set(words.getAll(key).map((v) => values.indexOf(v)).filter((v) => v >= 0)));
    picked.clear();
    for (const i of byName(words.getAll("subject"))) picked.add(i);
  };

  // --- what is seen of it -------------------------------------------------------------------------------------------
  const root = document.documentElement;
  const panel = document.getElementById("filter"), opener = document.getElementById("filter-open");
  const line = document.getElementById("filter-line"), said = document.getElementById("filter-said"), chips = document.getElementById("filter-chips");
  const boxes = [];
  const words = () => data.filters.filter(({ key }) => chosen.get(key).size)
    .map(({ key, label, values }) => `${label}: ${[...chosen.get(key)].map((v) => values[v]).join(" or ")}`);
  const show = () => {
    root.classList.toggle("filtered", !now.all);
    line.hidden = now.all;
    said.textContent = now.all ? "" : `${now.count} of ${n} subjects shown${words().length ? ` (${words().join("; ")})` : ""}; summary tables are of all subjects.`;
    chips.replaceChildren(...[...picked].map((i) => {
      const name = subjects[i];
      const off = make("button", { type: "button", "aria-label": `Do not pick subject ${name}` }, "×");
      off.addEventListener("click", () => pick(i));
      const named = data.subjects ? make("a", { href: `#subject/${encodeURIComponent(name)}`, title: "Open the page of this subject" }, name) : name;
      return make("span", { class: "chip" }, named, off);
    }));
    const groups = data.filters.filter(({ key }) => chosen.get(key).size).length;
    opener.textContent = groups ? `Groups (${groups})` : "Groups";
    for (const { key, place, box } of boxes) box.checked = chosen.get(key).has(place);
  };
  const changed = () => { compute(); show(); keep(); say("filter", now); };
  const pick = (i) => { if (!picked.delete(i)) picked.add(i); changed(); };
  const reset = () => { picked.clear(); for (const set of chosen.values()) set.clear(); changed(); };

  for (const { key, label, values, of } of data.filters) {
    const set = make("fieldset", {}, make("legend", {}, label));
    values.forEach((value, place) => {
      const box = make("input", { type: "checkbox" });
      const count = of.filter((v) => v === place).length;
      box.addEventListener("change", () => { if (box.checked) chosen.get(key).add(place); else chosen.get(key).delete(place); changed(); });
      boxes.push({ key, place, box });
      set.append(make("label", {}, box, ` ${value} `, make("small", {}, `(${count})`)));
    });
    panel.append(set);
  }
  if (!data.filters.length) opener.hidden = true;
  const open = (yes) => { panel.hidden = !yes; opener.setAttribute("aria-expanded", String(yes)); };
  opener.addEventListener("click", () => open(panel.hidden));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { open(false); opener.focus(); } });
  document.addEventListener("click", (event) => { if (!panel.hidden && !panel.contains(event.target) && event.target !== opener) open(false); });
  document.getElementById("filter-reset").addEventListener("click", () => { reset(); document.getElementById("find").focus(); });

  // search for a subject: type, arrow keys, Enter
  const input = document.getElementById("find"), list = document.getElementById("found");
  const cohorts = cartpk.table("adsl").columns.COHORT;
  let at = -1, hits = [];
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = () => {
    [...list.children].forEach((option, k) => option.setAttribute("aria-selected", String(k === at)));
    if (at >= 0) { input.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (i) => { pick(i); input.value = ""; close(); };
  const look = () => {
    const asked = input.value.trim().toLowerCase();
    const all = subjects.map((name, i) => ({ name, i })).filter(({ name }) => name.toLowerCase().includes(asked));
    hits = all.slice(0, 50).map(({ i }) => i);
    list.replaceChildren(...hits.map((i, k) => {
      const option = make("li", { role: "option", id: `found-${k}`, "aria-selected": "false" }, subjects[i], make("small", {}, ` ${cohorts[i]}${picked.has(i) ? ", picked" : ""}`));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(i); });
      return option;
    }));
    at = asked && hits.length ? 0 : -1;
    if (!hits.length) list.replaceChildren(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "No such subject"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  };
  input.addEventListener("input", look);
  input.addEventListener("focus", look);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look();
      else if (hits.length) { at = (at + (event.key === "ArrowDown" ? 1 : hits.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % hits.length; mark(); }
    } else if (event.key === "Enter" && at >= 0) { event.preventDefault(); take(hits[at]); }
    else if (event.key === "Escape") { input.value = ""; close(); }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) { event.preventDefault(); input.focus(); }
  });

  // a link within the page keeps the choice; an address with a choice sets it
  addEventListener("hashchange", () => {
    const { query: given } = cartpk.address();
    if ([...given.keys()].length) { recall(given); changed(); } else keep();
  });
  recall(cartpk.address().query);
  compute();
  show();
  const { place } = cartpk.address();
  if (place && location.hash.includes("?")) document.getElementById(place)?.scrollIntoView();

  return { state, everybody, pick, reset };
})();
