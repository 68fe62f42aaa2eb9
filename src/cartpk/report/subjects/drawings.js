// The drawings of a subject: kinetics with the areas and the terminal line, the fit, the cell counts.
cartpk.drawings = (() => {
  const { make } = cartpk, s = cartpk.subjects, part = cartpk.sections;
  const out = (one) => one.use.startsWith("not used") || one.use.startsWith("left out");
  const own = (one) => one.ARRLT ?? one.AFRLT;
  const says = (one, unit) => `Day ${s.day(own(one))}: ${one.blq ? `BLQ (as delivered: ${one.AVALC ?? "empty"})` : `${s.amount(one.AVAL)} ${unit}`}; ${one.use}${one.onLine ? "; point of the terminal line" : ""}; ${s.source(one.SRCFILE, one.SRCROW)}`;
  // a BLQ result has no number: its mark stands at its limit
  const dayOf = (one) => (own(one) !== null ? `day ${s.day(own(one))}` : one.NFRLT !== null ? `nominal day ${s.amount(one.NFRLT)}` : "day not stated");
  const height = (one) => (one.blq ? one.ALLOQ ?? null : one.AVAL);
  const marks = (profile) => profile.samples.filter((one) => own(one) !== null && height(one) !== null).map((one) => ({
    x: own(one), y: height(one), shape: out(one) ? "cross" : one.blq ? "ring" : one.onLine ? "square" : "dot", name: out(one) ? "out" : one.onLine ? "on-line" : "sample", words: says(one, profile.unit),
  }));
  const limits = (profile) => [...new Set(profile.samples.map((one) => one.ALLOQ).filter((v) => v !== null))];
  const unit = (profile) => `${profile.label} (${profile.unit}${profile.method ? `, ${profile.method}` : ""})`;
  const axis = (profile) => (profile.shift ? `Days from ${profile.infusion.toLowerCase()} (day ${s.day(profile.shift)} of the subject)` : "Days from the start of the infusion");
  const cut = (profile) => (profile.event === null ? [] : [{ kind: "cut", name: "cut", scale: false, points: [{ x: profile.event - profile.shift, y: 0, words: profile.eventText }] }]);

  const kinetics = (profile, i) => {
    const mine = s.parameters(i).filter((one) => one.PARCAT1 === "NCA" && one.PPCAT === profile.code && one.PPSPEC === profile.specimen && one.ATPTREF === profile.infusion);
    const get = (code) => mine.find((one) => one.PARAMCD === code);
    const usable = profile.samples.filter((one) => (one.use.startsWith("used") || one.use.startsWith("BLQ")) && !one.use.includes("left out of the areas") && own(one) > 0);
    const curve = [{ x: 0, y: 0 }, ...usable.map((one) => ({ x: own(one), y: one.blq ? 0 : one.AVAL }))].filter((p) => p.y !== null);
    const at = (end) => {
      const inside = curve.filter((p) => p.x <= end), next = curve.find((p) => p.x > end), last = inside.at(-1);
      if (!next || last.x === end) return inside;
      const share = (end - last.x) / (next.x - last.x);
      const y = last.y > next.y && next.y > 0 ? Math.exp(Math.log(last.y) + share * (Math.log(next.y) - Math.log(last.y))) : last.y + share * (next.y - last.y);
      return [...inside, { x: end, y }];
    };
    const areas = [...cartpk.data.windows].sort((a, b) => b - a).map((end, k) => ({ end, one: get(`AUC0_${end}D`), k })).filter(({ one }) => one && one.AVAL !== null && one.AVAL > 0);
    const layers = areas.map(({ end, k }) => ({ kind: "area", name: `area area-${k}`, scale: false, points: at(end) }));
    const points = marks(profile);
    for (const value of limits(profile)) layers.push({ kind: "rule", name: "lloq", points: [{ x: 0, y: value, words: `LLOQ ${s.amount(value)}` }] });
    layers.push({ kind: "line", name: "course", scale: false, points: curve.filter((p) => p.x > 0) });
    const line = profile.samples.filter((one) => one.onLine).map(own);
    const key = [["dot", "points sample", "Quantifiable"], ["ring", "points sample", "BLQ, at its limit"]];
    if (line.length && profile.slope !== null) {
      const ends = [Math.min(...line), Math.max(...line)];
      layers.push({ kind: "line", name: "terminal", scale: false, points: ends.map((x) => ({ x, y: Math.exp(profile.intercept + profile.slope * x) })) });
      key.push(["square", "points on-line", "Point of the terminal line (λz)"], ["line", "terminal", "Terminal line"]);
    }
    const peak = get("CMAX"), when = get("TMAX");
    if (peak?.AVAL > 0 && when && when.AVAL !== null) {
      layers.push({ kind: "points", name: "peak", points: [{ x: when.AVAL, y: peak.AVAL, shape: "down", words: `Cmax ${peak.shown} ${profile.unit} on day ${when.shown}` }] });
      key.push(["down", "peak", "Cmax"]);
    }
    layers.push(...cut(profile), { kind: "points", name: "points", points });
    if (points.some((p) => p.shape === "cross")) key.push(["cross", "points out", "Not used"]);
    const bare = cartpk.data.windows.filter((end) => get(`AUC0_${end}D`)?.AVAL === null).map((end) => `AUC0-${end}d has no value`);
    areas.forEach(({ end, one, k }) => key.push(["area", `area-${k}`, `AUC0-${end}d ${one.shown}`]));
    const unused = profile.samples.filter(out);
    const empty = bare.length ? [make("p", { class: "population" }, `${bare.join("; ")}: the reason stands under “In short”.`)] : [];
    const below = unused.length ? [make("p", { class: "population" }, `Not used: ${unused.map((one) => `${dayOf(one)} (${one.use.replace(/^(not used|left out of the NCA): /, "")})`).join("; ")}.`)] : [];
    const words = `Results of subject ${s.ids[i]} over time. ${profile.answers.join(" ")} The numbers stand in the table of samples.`;
    return cartpk.plot({ title: "Results and areas", words, days: axis(profile), unit: unit(profile), layers, key, below: [...empty, ...below] });
  };

  const fit = (profile) => {
    if (!profile.curve.length) return null;
    const curve = profile.curve.map((p) => ({ x: p.day - profile.shift, y: p.value, low: p.low, high: p.high }));
    const layers = [{ kind: "band", name: "band", scale: false, points: curve }];
    for (const value of limits(profile)) layers.push({ kind: "rule", name: "lloq", points: [{ x: 0, y: value, words: `LLOQ ${s.amount(value)}` }] });
    layers.push({ kind: "line", name: "model", points: curve.map(({ x, y }) => ({ x, y })) }, ...cut(profile), { kind: "points", name: "points", points: marks(profile) });
    const below = [make("ul", { class: "answers" }, ...profile.verdict.map((text) => make("li", {}, text)))];
    return cartpk.plot({
      title: "Kinetic model", words: `Fitted curve of this profile with its 95 % band. ${profile.verdict.join(" ")}`, days: axis(profile), unit: unit(profile), layers, below,
      key: [["dot", "points sample", "Quantifiable"], ["ring", "points sample", "BLQ, at its limit"], ["line", "model", profile.model], ["area", "band", "95 % band"]],
    });
  };

  const SHAPES = ["dot", "square", "triangle", "diamond", "down"];
  const counts = (i) => {
    const rows = s.counts(i).filter((one) => one.AFRLT !== null && (one.AVAL !== null || one.BLQFL === "Y"));
    const groups = new Map();
    for (const one of rows) {
      const measure = cartpk.data.measures.find((m) => m.code === one.PARAMCD);
      const key = JSON.stringify([measure?.kind ?? "absolute", one.PCSPEC, one.AVALU]);
      if (!groups.has(key)) groups.set(key, new Map());
      const measures = groups.get(key);
      measures.set(one.PARAMCD, [...(measures.get(one.PARAMCD) ?? []), one]);
    }
    return [...groups].map(([key, measures]) => {
      const [kind, specimen, given] = JSON.parse(key), layers = [], legend = [];
      [...measures].forEach(([code, own], k) => {
        own.sort((a, b) => a.AFRLT - b.AFRLT);
        const used = own.filter((one) => one.ANLFL === "Y"), shape = SHAPES[k % SHAPES.length], name = `hue-${k % 6}`;
        const at = (one) => (one.BLQFL === "Y" ? one.ALLOQ : one.AVAL);
        layers.push({ kind: "line", name, points: used.map((one) => ({ x: one.AFRLT, y: at(one) })) });
        layers.push({ kind: "points", name, points: own.map((one) => ({
          x: one.AFRLT, y: at(one), shape: one.ANLFL !== "Y" ? "cross" : one.BLQFL === "Y" ? "ring" : shape,
          words: `${cartpk.measured(code)}, day ${s.day(one.AFRLT)}: ${one.BLQFL === "Y" ? "BLQ" : s.amount(one.AVAL)} ${cartpk.unit(one.AVALU)}${one.ABLFL === "Y" ? "; baseline" : ""}${one.ANLFL === "Y" ? "" : `; not used: ${one.ANLRS ?? ""}`}`,
        })) });
        legend.push([shape, name, cartpk.measured(code)]);
      });
      const what = kind === "percent" ? "Percentages" : "Absolute counts", where = specimen === "BLOOD" ? "" : `, ${specimen.toLowerCase()}`;
      legend.push(["ring", "points sample", "BLQ, at its limit"]);
      return cartpk.plot({
        title: `${what}${where}`, words: `${what} of subject ${s.ids[i]}${where}: ${[...measures.keys()].map(cartpk.measured).join(", ")}. The numbers stand in the table below.`,
        days: "Days from the start of the first infusion", unit: cartpk.unit(given), layers, key: legend, linear: kind === "percent",
      });
    });
  };
  const countTable = (i) => {
    const rows = s.counts(i).sort((a, b) => a.PARAMCD.localeCompare(b.PARAMCD) || (a.AFRLT ?? 1e9) - (b.AFRLT ?? 1e9)).map((one) => ({
      class: one.ANLFL === "Y" ? null : "out",
      cells: [cartpk.measured(one.PARAMCD), s.day(one.AFRLT) || "not stated", one.BLQFL === "Y" ? "BLQ" : s.amount(one.AVAL), cartpk.unit(one.AVALU), one.AVALC ?? "",
        one.PCHG === null || one.PCHG === undefined ? "" : s.fixed(one.PCHG, 1), one.ABLFL === "Y" ? "baseline" : one.ANLFL === "Y" ? "used" : `not used: ${one.ANLRS ?? "reason not given"}`, s.source(one.SRCFILE, one.SRCROW)],
    }));
    const columns = [["Measure"], ["Day", true], ["Result", true], ["Unit"], ["As delivered"], ["Change from baseline, %", true], ["Use", false, true], ["File, line"]];
    return part.folded(`Cell counts (${rows.length}) with file and line`, false, part.grid("Cell counts of this subject", columns, rows, true));
  };
  return { kinetics, fit, counts, countTable };
})();
