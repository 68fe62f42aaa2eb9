// One subject at a time: "#subject/ID" shows its page in place of the report, any other address the report.
(() => {
  const { make } = cartpk, s = cartpk.subjects, part = cartpk.sections;
  const room = document.getElementById("subject");
  const report = [document.querySelector(".sheet"), document.querySelector(".foot")].filter(Boolean);
  let shown = null, back = "", scrolled = 0, redraw = [];
  const title = document.title;

  const step = (i, by, label, sign) => {
    const other = s.ids[i + by];
    if (other === undefined) return make("span", { class: "none" }, sign < 0 ? `← ${label}` : `${label} →`);
    return make("a", { href: s.link("subject", other), rel: by < 0 ? "prev" : "next" }, sign < 0 ? `← ${other}` : `${other} →`);
  };
  const navigation = (i, where) => make("nav", { class: "stride", "aria-label": where },
    make("a", { href: back || "#main", class: "back" }, "Back to the report"),
    make("span", { class: "between" }, step(i, -1, "first", -1), make("span", { class: "of" }, `${i + 1} of ${s.ids.length}`), step(i, 1, "last", 1)));

  const page = (i) => {
    const person = s.person(i), profiles = s.profiles(i), timeline = part.time(i, profiles);
    redraw = [timeline.draw];
    const kinetics = profiles.map((profile, k) => {
      const chart = cartpk.drawings.kinetics(profile, i), fit = cartpk.drawings.fit(profile);
      redraw.push(chart.draw, ...(fit ? [fit.draw] : []));
      return part.section(`one-kinetics-${k}`, `Kinetics: ${profile.label}, ${profile.infusion.toLowerCase()}`,
        make("div", { class: "pair" }, chart.node, fit?.node ?? make("div", { class: "drawing" }, make("h3", {}, "Kinetic model"), make("p", { class: "empty" }, profile.verdict[0] ?? "No kinetic model was fitted to this profile."))),
        part.samples(profile));
    });
    const cells = cartpk.drawings.counts(i);
    redraw.push(...cells.map((one) => one.draw));
    room.replaceChildren(
      navigation(i, "Subjects"),
      make("h1", { id: "subject-title", tabindex: "-1" }, `Subject ${person.id}`),
      ...(person.dose ? [make("p", { class: "lead" }, person.dose)] : []),
      part.facts(person), part.short(person, profiles), timeline.node, ...kinetics,
      ...(cells.length ? [part.section("one-counts", "CD7+ cells and subsets", make("div", { class: "pair" }, ...cells.map((one) => one.node)), cartpk.drawings.countTable(i))] : []),
      part.parameters(i), part.findings(i), navigation(i, "Subjects, below"));
    redraw.forEach((draw) => draw());
    document.dispatchEvent(new CustomEvent("cartpk:drawn"));
  };

  const show = (i) => {
    if (shown === null) scrolled = scrollY;
    shown = i;
    report.forEach((node) => { node.hidden = true; });
    room.hidden = false;
    document.body.classList.add("on-subject");
    page(i);
    document.title = `Subject ${s.ids[i]} · ${title}`;
    scrollTo(0, 0);
    document.getElementById("subject-title").focus({ preventScroll: true });
  };
  const hide = () => {
    const was = shown;
    shown = null;
    room.hidden = true;
    room.replaceChildren();
    report.forEach((node) => { node.hidden = false; });
    document.body.classList.remove("on-subject");
    document.title = title;
    // back where the reader was, unless the address leads elsewhere
    const target = document.getElementById(cartpk.address().place);
    if (target && target.id !== "main") target.scrollIntoView();
    else scrollTo(0, scrolled);
    const link = document.querySelector(`a[href^="${CSS.escape(s.link("subject", s.ids[was]).split("?")[0])}"]`);
    link?.focus({ preventScroll: true });
  };
  const mark = (file, row) => {
    const i = shown, found = s.rowsOf("adnca", i).find((at) => {
      const one = s.record("adnca", at);
      return one.SRCFILE === file && String(one.SRCROW) === row;
    });
    const line = found === undefined ? null : document.getElementById(`sample-${found}`);
    if (!line) return;
    line.closest("details").open = true;
    line.classList.add("sought");
    line.scrollIntoView({ block: "center" });
  };
  const follow = () => {
    const [kind, id, what, file, row] = s.parts();
    if (kind === "why" || kind === "behind") return; // a panel over whatever is shown
    const i = kind === "subject" ? s.place.get(id) : undefined;
    if (i === undefined) {
      back = location.hash;
      if (shown !== null) hide();
      return;
    }
    if (i !== shown) show(i);
    if (what === "sample") mark(file, row);
  };
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (shown === null || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea, dialog, .scroll, svg")) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && s.ids[shown + by] !== undefined) location.hash = s.link("subject", s.ids[shown + by]);
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) location.hash = back || "#main";
  });
  let waiting = 0;
  addEventListener("resize", () => {
    if (shown === null) return;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => redraw.forEach((draw) => draw()));
  });
  // on paper everything folded is open, and the drawings have the width of the sheet
  let before = [];
  addEventListener("beforeprint", () => {
    const parts = [...room.querySelectorAll("details")];
    before = parts.map((one) => [one, one.open]);
    parts.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => before.forEach(([one, open]) => { one.open = open; }));
  cartpk.showSubject = (id) => { location.hash = s.link("subject", id); };
  addEventListener("DOMContentLoaded", follow);
})();
