// Rows of the charts' datasets, made from the data block and the subjects shown. A recipe takes its parameters, what the
// reader chose in the chart's controls, and the choice of subjects (cartpk.filter.state()); it gives an array of rows.
cartpk.recipes = (() => {
  const { five, geometric, survival, told } = cartpk.stats;
  const subjects = cartpk.table("adsl").columns.USUBJID, doses = cartpk.table("adsl").columns.COHORT;
  const place = new Map(subjects.map((subject, i) => [subject, i]));
  const unit = (text) => (text ?? "").split(" (")[0].replace(/\bu(?=[gLl]\b)/g, "µ").replaceAll("*", "·");
  const kept = new Map();
  const once = (what, make) => {
    const key = JSON.stringify(what);
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key);
  };

  // usable records of a table, half of the limit where BLQ, by subject and day
  const records = (name, wanted, code, note) => once([name, wanted, note], () => {
    const { n, columns: c } = cartpk.table(name), rows = [];
    for (let i = 0; i < n; i++) {
      if (c.ANLFL[i] !== "Y" || c.AFRLT[i] === null || c[code][i] !== wanted.code) continue;
      if (wanted.specimen && c.PCSPEC[i] !== wanted.specimen) continue;
      if (wanted.infusion && c.ATPTREF[i] !== wanted.infusion) continue;
      const blq = c.BLQFL[i] === "Y", limit = c.ALLOQ[i];
      let y = blq ? (limit === null ? null : limit / 2) : c.AVAL[i];
      if (y === null || y === undefined) continue;
      const who = place.get(c.USUBJID[i]);
      if (wanted.change) {
        if (!(c.BASE[i] > 0) || (c.ABLFL[i] !== "Y" && c.PCHG[i] === null)) continue;
        y = (100 * y) / c.BASE[i];
        if (!(y > 0)) continue;
      }
      const result = blq ? `BLQ${limit === null ? "" : ` (< ${told(limit)} ${unit(c.AVALU[i])})`}` : `${told(c.AVAL[i])} ${unit(c.AVALU[i])}`;
      rows.push({
        i: who, S: subjects[who], D: doses[who], series: c.ATPTREF?.[i] ?? "", t: c.AFRLT[i], y, blq, raw: c.AVAL[i], limit,
        visit: c.VISIT[i], off: Math.abs(c.AFRLT[i] - c.VISIT[i]),
        v: wanted.change ? `${told(y)} % of baseline (${result})` : result,
        flags: blq ? (c.BLQCLASS[i] ?? "") : "", from: `${c.SRCFILE[i]}, row ${c.SRCROW[i]}`,
      });
    }
    return rows.sort((a, b) => a.i - b.i || (a.series < b.series ? -1 : a.series > b.series ? 1 : 0) || a.t - b.t);
  });

  const logarithmic = (state) => state.values === "log";
  const many = 60;
  // opacity, width and size of marks: lighter the more subjects there are, or where others are picked
  const weighed = (rows, state, sel) => {
    const n = new Set(rows.map((row) => row.i)).size;
    const base = (n <= 12 ? 0.85 : n <= 40 ? 0.6 : 0.3) * (state.show === "both" ? 0.6 : 1);
    return rows.map((row) => {
      const hot = sel.picked.has(row.i);
      const o = sel.picked.size ? (hot ? 1 : 0.13) : base;
      return { ...row, o, w: hot ? 2.2 : n <= 40 ? 1.2 : 0.8, a: hot ? 42 : n <= 12 ? 26 : n <= 40 ? 16 : 9 };
    });
  };
  const drawn = (rows, state, sel) => {
    const inside = rows.filter((row) => sel.inGroups[row.i] && !(logarithmic(state) && row.y <= 0));
    return weighed(state.show === "median" ? inside.filter((row) => sel.picked.has(row.i)) : inside, state, sel);
  };
  // one record per subject, dose level and visit: the nearest to its nominal day
  const byVisit = (rows, sel) => {
    const groups = new Map();
    for (const row of rows) {
      if (row.visit === null || !sel.inGroups[row.i]) continue;
      const key = `${row.D}\u0000${row.visit}`;
      if (!groups.has(key)) groups.set(key, new Map());
      const known = groups.get(key).get(row.i);
      if (!known || row.off < known.off) groups.get(key).set(row.i, row);
    }
    return [...groups.values()].map((group) => [...group.values()]).sort((a, b) => a[0].visit - b[0].visit);
  };
  const between = (low, high) => (low === null || high === null ? "" : `${told(low)} to ${told(high)}`);
  const medians = (rows, state, sel) => {
    if (state.show === "subjects") return [];
    return byVisit(rows, sel).map((group) => {
      const s = five(group.map((row) => row.y));
      return {
        D: group[0].D, t: group[0].visit, n: s.n, nblq: group.filter((row) => row.blq).length, med: s.med,
        q1: s.q1 ?? s.med, q3: s.q3 ?? s.med, medians: told(s.med), quartiles: between(s.q1, s.q3),
      };
    }).filter((row) => !(logarithmic(state) && !(row.q1 > 0)));
  };
  const limits = (rows) => {
    const found = new Map();
    for (const row of rows) if (row.limit !== null) found.set(row.limit, row);
    const known = [...found.keys()].sort((a, b) => a - b);
    return (known.length > 3 ? [known[0], known.at(-1)] : known).map((y) => ({ y, label: `LLOQ = ${told(y)}` }));
  };

  const kinetic = (p) => records("adnca", { code: p.test, specimen: p.specimen, infusion: p.infusion }, "PCTESTCD", "");
  const counted = (p) => records("pd_change", { code: p.measure, change: p.change }, "PARAMCD", "");

  // geometric mean and SD by the rules of the figure, or median and quartiles
  const means = (p, state, sel) => {
    const rules = cartpk.data.summaries, rows = [];
    for (const group of byVisit(kinetic(p), sel)) {
      const nblq = group.filter((row) => row.blq).length;
      const head = { D: group[0].D, day: group[0].visit, t: group[0].visit, n: group.length, nblq };
      if (state.statistic === "median") {
        const s = five(group.map((row) => row.y));
        rows.push({ ...head, y: s.med, lo: s.q1, hi: s.q3, told: told(s.med), spread: between(s.q1, s.q3), none: false });
        continue;
      }
      const entering = group.filter((row) => rules.geometric_blq === "half_lloq" || !row.blq).map((row) => row.y);
      const limit = Math.max(...group.map((row) => row.limit ?? -Infinity));
      if (100 * nblq <= rules.max_blq_pct * group.length && entering.length && entering.every((y) => y > 0)) {
        const { mean, factor } = geometric(entering);
        const [lo, hi] = factor === null ? [null, null] : [mean / factor, mean * factor];
        rows.push({ ...head, y: mean, lo, hi, told: told(mean), spread: between(lo, hi), none: false });
      } else if (Number.isFinite(limit)) {
        rows.push({ ...head, y: limit / 2, lo: null, hi: null, told: "no mean: too many BLQ", spread: "", none: true });
      }
    }
    // lines are broken where a visit has no statistic
    const part = new Map();
    for (const row of rows) {
      if (row.none) part.set(row.D, (part.get(row.D) ?? 0) + 1);
      row.part = part.get(row.D) ?? 0;
    }
    return rows.filter((row) => !(logarithmic(state) && !(row.y > 0)));
  };

  // values of a further table: one mark per subject, and boxes
  const values = (p, state, sel) => {
    const rows = once(["values", p], () => {
      const { n, columns: c } = cartpk.table(p.table), found = [];
      for (let i = 0; i < n; i++) {
        const who = place.get(String(c.USUBJID[i]));
        if (who === undefined || c.AVAL[i] === null || !Object.entries(p.where).every(([key, value]) => c[key][i] === value)) continue;
        const flags = c.FLAG?.[i] ?? "";
        found.push({
          i: who, S: subjects[who], D: doses[who], G: c[p.by][i], y: c.AVAL[i], pick: p.pick ? c[p.pick][i] : null,
          open: flags.split(";").includes("EXTRAPOLATED") && p.by === "COHORT",
          v: `${told(c.AVAL[i])} ${unit(c.AVALU?.[i])}`, flags,
        });
      }
      return found;
    });
    return rows.filter((row) => sel.inGroups[row.i] && !(p.pick && row.pick !== state.measure) && !(logarithmic(state) && row.y <= 0));
  };
  const grouped = (rows) => {
    const groups = new Map();
    for (const row of rows) groups.set(row.G, [...(groups.get(row.G) ?? []), row]);
    return groups;
  };
  // marks of a group side by side in the order of their values, so that they rarely hide each other
  const strip = (p, state, sel) => {
    const made = [];
    for (const rows of grouped(values(p, state, sel)).values()) {
      const order = [...rows].sort((a, b) => a.y - b.y);
      const aside = order.length > 60 ? 13 : 7;
      order.forEach((row, k) => {
        const j = order.length === 1 ? 0 : 0.24 * (((k * 5) % aside) / (aside - 1) * 2 - 1);
        made.push({ ...row, x: p.order.indexOf(row.G) + j });
      });
    }
    return weighed(made, { show: "subjects" }, sel).map((row) => ({ ...row, a: row.a * 1.6 }));
  };
  const boxes = (p, state, sel) => {
    const made = [];
    for (const [G, rows] of grouped(values(p, state, sel).filter((row) => !row.open))) {
      const s = five(rows.map((row) => row.y));
      const at = p.order.indexOf(G);
      if (s.n >= 3) made.push({ G, x: at, x0: at - 0.32, x1: at + 0.32, ...s, medians: told(s.med), quartiles: between(s.q1, s.q3), range: between(s.low, s.high) });
    }
    return made;
  };

  // Kaplan-Meier curves: one line, or one per value of a column
  const curves = (p, sel) => {
    const { n, columns: c } = cartpk.table(p.table), lines = new Map();
    for (let i = 0; i < n; i++) {
      const who = place.get(String(c.USUBJID[i]));
      if (who === undefined || !sel.shown[who] || c[p.time][i] === null || c.CNSR[i] === null) continue;
      if (!Object.entries(p.where).every(([key, value]) => c[key][i] === value)) continue;
      const line = p.lines ? c[p.lines.column][i] : "";
      lines.set(line, [...(lines.get(line) ?? []), { time: c[p.time][i] / p.per, event: Number(c.CNSR[i]) === 0, who: subjects[who] }]);
    }
    return [...lines].map(([line, times]) => ({ line, name: p.lines ? p.lines.names[line] : p.name, steps: survival(times, p.z) }));
  };
  const steps = (p, _state, sel) => curves(p, sel).flatMap(({ line, name, steps: rows }) => rows.map((row) => ({
    ...row, line: name, limits: row.lo === null ? "" : `${told(100 * row.lo)} to ${told(100 * row.hi)} %`,
    lo: line === p.band ? row.lo : null, hi: line === p.band ? row.hi : null,
  })));
  const atRisk = (p, _state, sel) => curves(p, sel).flatMap(({ name, steps: rows }, k) => {
    const last = rows.at(-1).t, step = [1, 3, 6, 12, 24, 30, 60, 90, 180, 365].find((size) => last / size <= 8) ?? 730;
    const made = [];
    for (let t = 0; t <= last; t += step) {
      const next = rows.find((row) => row.t >= t - 1e-9) ?? rows[0];
      made.push({ line: name, t, y: -0.1 - 0.085 * k, n: String(rows.length > 1 ? next.n : rows[0].n) });
    }
    return made;
  });

  // fitted samples with their predictions and residuals
  const fitted = (p, state, sel) => weighed(once(["fitted", p], () => cartpk.rows(p.table).map((row) => {
    const who = place.get(String(row.USUBJID)), blq = row.BLQFL === "Y";
    return {
      i: who, S: subjects[who], D: doses[who], t: row.AFRLT, y: row.SHOWN, pred: row.PRED, res: row.RES, blq, m: row.MODEL,
      v: `${blq ? "BLQ, < " : ""}${told(row.SHOWN)}`, p: told(row.PRED),
    };
  })).filter((row) => row.i !== undefined && sel.inGroups[row.i]), { show: "subjects" }, sel);

  // the course of each subject
  const course = (p) => once(["course", p], () => cartpk.rows(p.table).map((row) => {
    const who = place.get(String(row.USUBJID));
    return { i: who, S: subjects[who], D: doses[who], m: row.MARK, t: row.DAY };
  }));
  const ofCourse = (bars) => (p, _state, sel) => course(p)
    .filter((row) => sel.inGroups[row.i] && (row.m === "Follow-up") === bars)
    .map((row) => ({ ...row, o: sel.picked.size && !sel.picked.has(row.i) ? 0.2 : 1 }));

  return {
    samples: (p, state, sel) => drawn(kinetic(p), state, sel),
    visits: (p, state, sel) => medians(kinetic(p), state, sel),
    limits: (p) => limits(kinetic(p)),
    means,
    counts: (p, state, sel) => drawn(counted(p), state, sel),
    count_visits: (p, state, sel) => medians(counted(p), state, sel),
    count_limits: (p) => (p.change ? [] : limits(counted(p))),
    strip,
    boxes,
    fitted,
    survival: steps,
    at_risk: atRisk,
    course_bars: ofCourse(true),
    course_marks: ofCourse(false),
    many,
  };
})();
