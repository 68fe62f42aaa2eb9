// The parts of a subject's page: facts, sentences, events, samples, counts, parameters, findings.
cartpk.sections = (() => {
  const { make } = cartpk, s = cartpk.subjects;
  const INFUSION = (name) => name.charAt(0) + name.slice(1).toLowerCase();

  // a table that scrolls on its own; columns: [head, right?]; rows: arrays of cells (text or node), attributes last if a plain object
  let serial = 0;
  const grid = (caption, columns, rows, hidden = false) => {
    const id = `one-table-${++serial}`;
    const head = make("tr", {}, ...columns.map(([name, right]) => make("th", { scope: "col", class: right ? "right" : null }, name)));
    const body = rows.map(({ cells, ...attributes }) => make("tr", attributes, ...cells.map((cell, k) =>
      make(k === 0 ? "th" : "td", { scope: k === 0 ? "row" : null, class: columns[k][1] ? "right" : columns[k][2] ? "wordy" : null }, cell ?? ""))));
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-labelledby": id },
      make("table", { class: "data" }, make("caption", { id, class: hidden ? "hidden" : null }, caption),
        make("thead", {}, head), make("tbody", {}, ...body)));
  };
  const section = (id, title, ...children) => {
    const heading = make("h2", { id: `${id}-title` }, title);
    return make("section", { id, "aria-labelledby": `${id}-title` }, heading, ...children.filter(Boolean));
  };
  const folded = (title, open, ...children) => make("details", { class: "more", open }, make("summary", {}, title), ...children);

  const facts = (person) => {
    const list = make("dl", { class: "facts pairs" }, ...person.facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
    const inside = person.sets.filter(([, why]) => !why).map(([name]) => name);
    const outside = person.sets.filter(([, why]) => why);
    if (inside.length) list.append(make("div", { class: "long" }, make("dt", {}, "Analysis sets"), make("dd", {}, inside.join(", "))));
    if (outside.length) list.append(make("div", { class: "long" }, make("dt", {}, "Outside of"),
      make("dd", {}, ...outside.map(([name, why]) => make("span", { class: "line" }, `${name}: ${why}`)))));
    return list;
  };

  const short = (person, profiles) => {
    const blocks = [];
    if (person.excluded) blocks.push(make("p", { class: "strong" }, `This subject is outside the analysis: ${person.excluded}.`));
    if (!profiles.length) blocks.push(make("p", {}, "No kinetic sample of this subject was delivered."));
    for (const one of profiles) {
      if (profiles.length > 1) blocks.push(make("h3", {}, `${one.label}, ${one.infusion.toLowerCase()}`));
      blocks.push(make("ul", { class: "answers" }, ...one.answers.map((text) => make("li", {}, text)),
        ...one.verdict.slice(-1).map((text) => make("li", {}, `Model. ${text}`))));
    }
    return section("one-short", "In short", ...blocks);
  };

  const marks = (i, profiles) => {
    const events = s.events(i);
    const sampled = profiles.flatMap((p) => p.samples).filter((one) => one.AFRLT !== null);
    const kind = (one) => (one.use.startsWith("not used") || one.use.startsWith("left out") ? "cross" : one.blq ? "ring" : "tick");
    const counted = [...new Map(s.counts(i).filter((one) => one.AFRLT !== null).map((one) => [s.day(one.AFRLT), one])).values()];
    return s.lanes.map((lane) => {
      if (lane.name === "samples") return { ...lane, marks: sampled.map((one) => ({ kind: "sample", shape: kind(one), from: one.AFRLT, words: `Day ${s.day(one.AFRLT)}: ${one.blq ? "BLQ" : s.amount(one.AVAL)} ${one.AVALU ?? ""}; ${one.use}` })) };
      if (lane.name === "counts") return { ...lane, marks: counted.map((one) => ({ kind: "count", shape: "tick", from: one.AFRLT, words: `Day ${s.day(one.AFRLT)}: cell counts` })) };
      return { ...lane, marks: events.filter((e) => e.lane === lane.name).map((e) => ({ kind: lane.name, shape: lane.name === "infusion" || lane.name === "end" ? "diamond" : "dot", from: e.from, to: e.to, label: e.label, words: said(e) })) };
    }).filter((lane) => lane.marks.length);
  };
  const said = (e) => {
    if (e.from === null) return `${e.detail}, day not stated`;
    return `Day ${s.day(e.from)}${e.to !== null && e.to > e.from ? ` to ${s.day(e.to)}` : ""}: ${e.detail}`;
  };

  const time = (i, profiles) => {
    const lanes = marks(i, profiles);
    const days = lanes.flatMap((lane) => lane.marks.flatMap((mark) => [mark.from, mark.to])).filter((d) => d !== null && d !== undefined);
    const from = Math.min(0, ...days), until = Math.max(28, ...days);
    const box = make("div", { class: "drawing" });
    const events = s.events(i);
    const words = `Timeline of subject ${s.ids[i]} from day ${s.day(from)} to day ${s.day(until)}; its events are listed below.`;
    const figure = make("div", { role: "img", "aria-label": words, class: "canvas" });
    const views = { all: ["Whole follow-up", from, until], early: ["First 35 days", Math.max(from, -14), Math.min(35, until)] };
    let shown = "all";
    const draw = () => figure.replaceChildren(cartpk.timeline.draw(lanes, Math.max(figure.clientWidth || box.clientWidth || 640, 280), views[shown][1], views[shown][2]));
    const buttons = Object.entries(views).map(([name, [label]]) => {
      const button = make("button", { type: "button", "aria-pressed": String(name === shown) }, label);
      button.addEventListener("click", () => {
        shown = name;
        buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
        draw();
      });
      return button;
    });
    if (until > 42) box.append(make("div", { class: "switch", role: "group", "aria-label": "Days shown" }, ...buttons));
    box.append(figure);
    const key = make("p", { class: "population" }, "Days from the start of the first infusion. Samples: a line = quantifiable, a ring = BLQ, a cross = not used.");
    const rows = events.map((e) => ({ cells: [e.from === null ? "not stated" : s.day(e.from), e.to === null ? "" : s.day(e.to), s.lanes.find((l) => l.name === e.lane).label, e.detail, s.source(e.file, e.row) || "adsl.csv"] }));
    const table = folded(`Events in words (${events.length})`, false,
      grid("Events of this subject", [["Day", true], ["to", true], ["Kind"], ["What", false, true], ["Source"]], rows, true));
    return { node: section("one-timeline", "Timeline", box, key, table), draw };
  };

  const limit = (one) => (one.ALLOQ === null ? "" : s.amount(one.ALLOQ));
  const samples = (profile) => {
    const rows = profile.samples.map((one) => ({
      id: `sample-${one.at}`, class: one.use.startsWith("not used") || one.use.startsWith("left out") ? "out" : null,
      cells: [s.day(one.AFRLT) || "not stated", one.NFRLT === null ? "" : s.day(one.NFRLT), one.blq ? "BLQ" : s.amount(one.AVAL), one.AVALC ?? "", limit(one),
        `${one.use}${one.onLine ? "; point of the terminal line" : ""}`, s.source(one.SRCFILE, one.SRCROW)],
    }));
    const columns = [["Day", true], ["Nominal day", true], [`Result (${profile.unit})`, true], ["As delivered"], ["LLOQ", true], ["What the analysis did with it", false, true], ["File, line"]];
    return folded(`Samples (${rows.length}) with file and line`, false, grid(`Samples: ${profile.label}, ${profile.infusion.toLowerCase()}`, columns, rows, true));
  };

  const FIRST = ["CMAX", "TMAX", "AUC0_28D", "AUC0_90D", "LAMZHL", "AUCLST", "CLST", "TLST"];
  const GROUPS = { NCA: "Non-compartmental analysis", MODEL: "Kinetic model", PD: "Cell counts" };
  const why = (one) => s.link("why", one.USUBJID, one.PARCAT1, one.PARAMCD, one.PPCAT ?? "", one.PPSPEC ?? "", one.ATPTREF ?? "", one.PARCAT1 === "MODEL" ? one.PPANMETH ?? "" : "");
  const reasons = (one) => (one.AVAL === null && one.PPREASND ? cartpk.data.why.reasons[one.PPREASND] ?? one.PPREASND : "");
  const flags = (one) => (one.FLAG ?? "").split(";").filter(Boolean);
  const parameterRow = (one) => {
    const definition = cartpk.why.definition(one);
    const name = definition?.name ?? one.PARAM, limits = one.low || one.high ? `${one.low || "none"} to ${one.high || "none"}` : "";
    const told = [...flags(one).map((flag) => `${flag}: ${cartpk.data.why.flags[flag] ?? flag}`), reasons(one)].filter(Boolean);
    const value = make("a", { href: why(one), class: "value", title: "Why is this number so?" }, one.shown);
    value.setAttribute("aria-label", `${name}: ${one.shown}. Why is this number so?`);
    return { cells: [make("span", {}, name, name === one.PARAM ? "" : make("small", {}, one.PARAM)), make("code", {}, one.PARAMCD), value, cartpk.unit(one.AVALU), limits, told.join("; ")] };
  };
  const parameters = (i) => {
    const all = s.parameters(i), blocks = [];
    for (const category of Object.keys(GROUPS)) {
      const own = all.filter((one) => one.PARCAT1 === category);
      const keys = [...new Set(own.map((one) => JSON.stringify([one.PPCAT, one.PPSPEC, one.ATPTREF, category === "MODEL" ? one.PPANMETH : ""])))];
      if (!keys.length) continue;
      blocks.push(make("h3", {}, GROUPS[category]));
      keys.forEach((key, k) => {
        const [code, specimen, infusion, method] = JSON.parse(key);
        const rows = own.filter((one) => one.PPCAT === code && one.PPSPEC === specimen && one.ATPTREF === infusion && (category !== "MODEL" || one.PPANMETH === method));
        if (category === "NCA") rows.sort((a, b) => rank(a) - rank(b) || a.at - b.at);
        const title = [cartpk.measured(code), method, category === "PD" ? "" : INFUSION(infusion ?? "")].filter(Boolean).join(", ");
        const limits = rows.some((one) => one.low || one.high);
        const columns = [["Parameter"], ["Code"], ["Value", true], ["Unit"], ...(limits ? [["95 % limits", true]] : []), ["Flags, or why there is no value", false, true]];
        const cells = rows.map(parameterRow).map((row) => (limits ? row : { cells: row.cells.filter((_, at) => at !== 4) }));
        blocks.push(folded(`${title} (${rows.filter((one) => one.AVAL !== null || one.AVALC).length} of ${rows.length} have a value)`, category === "NCA" && k === 0, grid(title, columns, cells, true)));
      });
    }
    if (!blocks.length) blocks.push(make("p", { class: "empty" }, "No parameter was derived for this subject."));
    return section("one-parameters", "Parameters", make("p", { class: "population" }, "Each value leads to its definition, its method, the samples it rests on, and their file and line."), ...blocks);
  };
  const rank = (one) => (FIRST.includes(one.PARAMCD) ? FIRST.indexOf(one.PARAMCD) : FIRST.length);

  const findings = (i) => {
    const own = s.findings(i), beyond = s.beyond(i);
    if (!own.length) return section("one-findings", "Findings of the input checks", make("p", {}, "None for this subject."));
    const items = own.map((f) => {
      const change = f.old || f.new ? ` Found: ${f.old || "nothing"}${f.new ? `, became: ${f.new}` : ""}.` : "";
      return make("li", {}, make("span", { class: `severity ${f.severity}` }, f.severity), " ", make("code", {}, f.rule), ` ${f.message}${change} `,
        f.suggestion ? make("em", {}, f.suggestion) : "", f.file ? make("small", {}, ` ${s.source(f.file, f.row)}${f.field ? `, ${f.field}` : ""}`) : "");
    });
    const list = items.length > 8 ? [make("ul", { class: "found" }, ...items.slice(0, 6)), folded(`${items.length - 6} more findings`, false, make("ul", { class: "found" }, ...items.slice(6)))] : [make("ul", { class: "found" }, ...items)];
    return section("one-findings", `Findings of the input checks (${own.length + beyond})`, ...list,
      beyond ? make("p", { class: "beyond" }, `${beyond} more are in findings.csv.`) : null);
  };
  return { grid, section, folded, facts, short, time, samples, parameters, findings, why, flags, reasons };
})();
// a unit as the tables print it, and the name of an analyte or measure
cartpk.unit = (unit) => (unit ?? "").replace(/\bu(?=[gLl]\b)/g, "µ").replaceAll("*", "·").replace(/\^(\d+)/g, (_, n) => [...n].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join(""));
cartpk.measured = (code) => [...cartpk.data.analytes, ...cartpk.data.measures].find((one) => one.code === code)?.label ?? code;
