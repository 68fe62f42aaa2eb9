// What is known of each subject: the tables of the block by subject, and what cartpk.report.subjects adds to them.
cartpk.subjects = (() => {
  const own = cartpk.data.subjects;
  const text = (code) => (code < 0 ? "" : own.texts[code]);
  const ids = own.people.id;
  const place = new Map(ids.map((id, i) => [id, i]));

  // rows of a table by subject, found once per table
  const sorted = new Map();
  const rowsOf = (name, i) => {
    if (!sorted.has(name)) {
      const found = ids.map(() => []);
      (cartpk.table(name).columns.USUBJID ?? []).forEach((id, row) => found[place.get(id)].push(row));
      sorted.set(name, found);
    }
    return sorted.get(name)[i];
  };
  const record = (name, row) => {
    const { columns } = cartpk.table(name), made = { at: row };
    for (const key of Object.keys(columns)) made[key] = columns[key][row];
    return made;
  };

  // numbers as the tables print them: halves up
  const fixed = (value, decimals) => {
    const shift = 10 ** decimals, near = Math.floor(Math.abs(value) * shift * (1 + 1e-12) + 0.5 + 1e-9) / shift;
    return (value < 0 && near > 0 ? "-" : "") + near.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  };
  const day = (value) => {
    if (value === null || value === undefined) return "";
    const shown = fixed(value, 2);
    return Math.abs(Number(shown.replaceAll(",", ""))) < 10 ? shown : fixed(value, 1);
  };
  const amount = (value) => (value === null || value === undefined ? "" : value.toLocaleString("en-US", { maximumSignificantDigits: 12 }));

  const line = new Set(own.samples.line);
  const sample = (row) => {
    const one = record("adnca", row);
    return { ...one, use: text(own.samples.use[row]), onLine: line.has(row), blq: one.BLQFL === "Y" };
  };
  const profiles = (i) => {
    const p = own.profiles, made = [];
    for (let k = p.start[i]; k < p.start[i + 1]; k++) {
      made.push({
        at: k, label: text(p.label[k]), code: text(p.code[k]), specimen: text(p.specimen[k]), infusion: text(p.infusion[k]),
        method: text(p.method[k]), unit: text(p.unit[k]), shift: p.shift[k], event: p.event[k], eventText: text(p.event_text[k]),
        intercept: p.intercept[k], slope: p.slope[k], samples: p.rows[k].map(sample),
        model: text(own.curves.model[k]), verdict: own.curves.said[k].map(text), answers: own.answers[k].map(text),
        curve: own.curves.day[k].map((d, j) => ({ day: d, value: own.curves.value[k][j], low: own.curves.low[k][j], high: own.curves.high[k][j] })),
      });
    }
    return made;
  };
  const word = (code) => (code === undefined || code < 0 ? "" : own.values.words[code]);
  const limited = new Map(own.values.limited.map((row, k) => [row, k]));
  const parameter = (row) => ({
    ...record("adpp", row), shown: word(own.values.text[row]),
    low: word(own.values.low[limited.get(row)]), high: word(own.values.high[limited.get(row)]),
  });
  const parameters = (i) => rowsOf("adpp", i).map(parameter);
  const span = (block, i, names) => Array.from({ length: block.start[i + 1] - block.start[i] }, (_, k) =>
    Object.fromEntries(names.map((name) => [name, block[name][block.start[i] + k]])));
  const events = (i) => span(own.timeline, i, ["lane", "from", "to", "label", "detail", "file", "row"]).map((e) => ({
    ...e, lane: own.timeline.names[e.lane], label: text(e.label), detail: text(e.detail), file: text(e.file),
  }));
  const words = ["severity", "rule", "message", "suggestion", "file", "field", "old", "new"];
  const findings = (i) => span(own.findings, i, [...words, "row"]).map((f) => ({
    ...f, ...Object.fromEntries(words.map((name) => [name, text(f[name])])),
  }));
  const counts = (i) => rowsOf("pd_change", i).map((row) => record("pd_change", row));
  const person = (i) => ({
    id: ids[i], dose: text(own.people.dose[i]), excluded: text(own.people.excluded[i]),
    facts: own.people.facts[i].map((pair) => pair.map(text)), sets: own.people.sets[i].map((pair) => pair.map(text)),
  });
  const lanes = own.timeline.names.map((name, i) => ({ name, label: own.timeline.lanes[i] }));
  const beyond = (i) => own.findings.beyond[i];
  // the address of a place in the page, with the filters that are set
  const link = (...parts) => {
    const query = location.hash.split("?")[1];
    return `#${parts.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
  };
  // the parts of the address after "#"
  const parts = () => location.hash.slice(1).split("?")[0].split("/").map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  const source = (file, row) => (file ? `${file}${row === null || row === undefined || row === "" ? "" : `, line ${row}`}` : "");
  return { ids, place, profiles, parameters, parameter, events, findings, counts, person, lanes, beyond, rowsOf, record, sample, fixed, day, amount, link, parts, source };
})();
