// "Why is this number so?": a panel at "#why/SUBJECT/CATEGORY/CODE/ANALYTE/SPECIMEN/INFUSION/METHOD", and one for the
// cells of summaries at "#behind/TABLE/ROW/COLUMN".
(() => {
  const { make } = cartpk, s = cartpk.subjects, part = cartpk.sections, told = cartpk.data.why;
  const dialog = document.getElementById("why");
  const tables = cartpk.behind = JSON.parse(document.getElementById("behind").content.textContent);
  for (const one of Object.values(tables)) {
    if (!one.subjects) continue;
    const runs = one.subjects;
    one.subjects = [];
    for (let k = 0; k < runs.length; k += 2) for (let n = 0; n < runs[k + 1]; n++) one.subjects.push(runs[k]);
    // a line of the only file, or a file and a line
    one.samples = one.samples?.map((line) => (line === null ? null : [one.files[Array.isArray(line) ? line[0] : 0], String(Array.isArray(line) ? line[1] : line)]));
  }
  let home = null; // the address from which the reader opened the panel
  let opener = null; // what had the focus then

  const head = (title, below) => [
    make("form", { method: "dialog", class: "shut" }, make("button", { type: "submit", "aria-label": "Close" }, "Close")),
    make("h2", { id: "why-title", tabindex: "-1" }, title), make("p", { class: "population" }, below),
  ];
  const pairs = (rows) => make("dl", { class: "facts" }, ...rows.filter(([, value]) => value).map(([name, ...value]) => make("div", {}, make("dt", {}, name), make("dd", {}, ...value))));
  const open = (...children) => {
    dialog.replaceChildren(...children);
    if (!dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    dialog.scrollTop = 0;
    document.getElementById("why-title").focus({ preventScroll: true });
  };
  const missing = (what) => open(...head("Not in this report", ""), make("p", {}, `There is no ${what} on this page.`));

  // a value of one subject
  const settings = (entry) => entry.settings.map(([path, value]) => make("span", { class: "line" }, make("code", {}, path), ` = ${value}`));
  const derived = (one, samples) => {
    const rows = new Set(samples.map((row) => `${row.SRCFILE}:${row.SRCROW}`));
    return s.findings(s.place.get(one.USUBJID)).filter((f) => (f.file ? rows.has(`${f.file}:${f.row}`) : true) && !f.message.includes("visit of day"));
  };
  const value = (parts) => {
    const [subject, category, code, analyte, specimen, infusion, method] = parts, i = s.place.get(subject);
    const one = i === undefined ? undefined : s.parameters(i).find((row) => row.PARCAT1 === category && row.PARAMCD === code &&
      (row.PPCAT ?? "") === analyte && (row.PPSPEC ?? "") === specimen && (row.ATPTREF ?? "") === infusion && (category !== "MODEL" || row.PPANMETH === method));
    if (!one) return missing("such value");
    const entry = cartpk.why.definition(one), { samples, chosen, kinetic } = cartpk.why.points(one);
    const unit = cartpk.unit(one.AVALU), reason = part.reasons(one);
    const where = [cartpk.measured(one.PPCAT), one.PPSPEC?.toLowerCase(), kinetic ? one.ATPTREF?.toLowerCase() : ""].filter(Boolean).join(", ");
    const limits = one.low || one.high ? `${one.low || "none below"} to ${one.high || "none above"}` : "";
    const steps = derived(one, samples);
    // the subject's page says of areas and half-lives what decided them
    const told_there = kinetic ? s.profiles(i).flatMap((p) => (p.code === one.PPCAT && p.specimen === one.PPSPEC && p.infusion === one.ATPTREF ? p.answers : [])) : [];
    const opening = { window: `${entry.name} `, line: one.PARAMCD === "LAMZHL" ? "There is no terminal half-life" : " " }[entry.role];
    const own = opening && told_there.find((text) => text.startsWith(opening));
    const rests = samples.filter((row) => chosen.has(row.at)), others = samples.filter((row) => !chosen.has(row.at));
    const columns = [["Day", true], ["Result", true], ["As delivered"], ["LLOQ", true], ["Class"], ["In the analysis", false, true], ["File"], ["Line", true]];
    const cells = (row) => ({ cells: [s.day(row.AFRLT) || "not stated", row.blq ? "BLQ" : s.amount(row.AVAL), row.AVALC ?? "", row.ALLOQ === null ? "" : s.amount(row.ALLOQ),
      (row.BLQCLASS ?? "").toLowerCase(), row.use, row.SRCFILE, String(row.SRCROW ?? "")] });
    const has = one.AVAL !== null || Boolean(one.AVALC);
    open(
      ...head(`${entry.name}: ${one.shown}${has && one.shown !== "BLQ" && unit && !one.shown.endsWith(unit) ? ` ${unit}` : ""}`, ""),
      make("p", { class: "population" }, "Subject ", make("a", { href: s.link("subject", subject) }, subject), ` · ${where}`),
      own ? make("p", { class: "strong" }, own) : reason ? make("p", { class: "strong" }, `${one.AVALC ? "What stands here is a limit" : "There is no value"}: ${reason}.`) : "",
      pairs([
        ["Parameter", `${one.PARAM} (`, make("code", {}, one.PARAMCD), `; CDISC: ${entry.cdisc})`],
        ["Definition", entry.formula],
        ["Taken from", entry.source],
        ["To 8 digits", one.AVAL === null ? "" : `${s.amount(one.AVAL)} ${unit}; all digits in adpp.csv`.replace("  ", " ")],
        ["95 % limits", limits],
        ["After the last quantifiable sample", one.PCTEXTR > 0 ? `${s.fixed(one.PCTEXTR, 1)} % of the area` : ""],
        ["Flags", ...part.flags(one).map((flag) => make("span", { class: "line" }, `${flag}: ${told.flags[flag] ?? flag}`))],
        ["Reason in adpp.csv", one.PPREASND ?? ""],
        ["Method", [one.PPANMETH, ""].filter(Boolean).join(""), one.PPANMETH ? ". " : "", make("a", { href: `#methods-${entry.method}` }, "Read it in Methods")],
        ["Settings", ...settings(entry)],
      ]),
      make("h3", {}, `Rests on ${told.roles[entry.role]}`),
      rests.length ? part.grid(`${rests.length} of ${samples.length} samples of this profile`, columns, rests.map(cells)) : make("p", { class: "empty" }, samples.length ? "No sample of this profile is such a one." : "There is no sample."),
      others.length ? part.folded(`Not part of this value (${others.length})`, false, part.grid("Samples that are not part of this value", columns, others.map(cells), true)) : "",
      steps.length ? make("div", {}, make("h3", {}, "Derived steps and doubts"), make("ul", { class: "found" }, ...steps.map((f) => make("li", {}, make("code", {}, f.rule), ` ${f.message}`,
        f.file ? make("small", {}, ` ${s.source(f.file, f.row)}`) : "")))) : "",
    );
  };

  // a cell of a summary
  const HEADS = { p: [["Subject"], ["Value", true], ["Flags"], ["In the n"], ["Why not", false, true]], v: [["Subject"], ["Day", true], ["Result", true], ["In the analysis", false, true], ["File, line"]] };
  const subjectLink = (i) => make("a", { href: s.link("subject", s.ids[i]) }, s.ids[i]);
  const parameter = (i, [category, code, analyte, specimen, infusion, method]) => s.parameters(i).find((row) => row.PARCAT1 === category && row.PARAMCD === code &&
    row.PPCAT === analyte && row.PPSPEC === specimen && (row.ATPTREF ?? infusion) === infusion && (!method || row.PPANMETH === method));
  const behindParameter = (members, of) => {
    const found = members.map((i) => ({ i, one: parameter(i, of) }));
    found.sort((a, b) => (b.one?.AVAL ?? -Infinity) - (a.one?.AVAL ?? -Infinity) || a.i - b.i);
    const n = found.filter(({ one }) => one && one.AVAL !== null).length;
    const rows = found.map(({ i, one }) => ({ cells: one
      ? [subjectLink(i), make("a", { href: part.why(one) }, one.shown), part.flags(one).join("; "), one.AVAL === null ? "no" : "yes", part.reasons(one)]
      : [subjectLink(i), "", "", "no", "not derived for this subject"] }));
    const flagged = n && found.some(({ one }) => part.flags(one ?? {}).length);
    return [make("p", {}, `${n} of ${members.length} subjects have a value, ${members.length - n} have none.${flagged ? " Values that a flag sets apart (extrapolated, weak line, not identified) are in the line that says so: the table's footnotes name the rule." : ""}`), part.grid("Values by subject, highest first", HEADS.p, rows)];
  };
  // the nominal day where the sample counts in summaries by visit
  const visit = (row) => (row.VISIT !== undefined ? row.VISIT : row.NFRLT);
  const behindVisit = (members, [code, specimen, day]) => {
    const kinetic = cartpk.data.analytes.some((one) => one.code === code), name = kinetic ? "adnca" : "pd_change";
    const rows = members.flatMap((i) => {
      const own = s.rowsOf(name, i).map((at) => (kinetic ? s.sample(at) : s.record(name, at))).filter((row) => (kinetic ? row.PCTESTCD : row.PARAMCD) === code && row.PCSPEC === specimen && visit(row) === day && (!kinetic || row.ATPTREF === "INFUSION 1"));
      if (!own.length) return [{ cells: [subjectLink(i), "", "", "no sample of this nominal day", ""] }];
      return own.map((row) => ({ cells: [subjectLink(i), s.day(row.AFRLT), row.BLQFL === "Y" ? "BLQ" : s.amount(row.AVAL), kinetic ? row.use : row.ANLFL === "Y" ? "used" : `not used: ${row.ANLRS ?? ""}`, s.source(row.SRCFILE, row.SRCROW)] }));
    });
    return [make("p", {}, "The summary takes the usable samples within the visit window of the nominal day (Methods, Time)."), part.grid(`Samples of nominal day ${day}`, HEADS.v, rows)];
  };
  const summary = ([anchor, row, column]) => {
    const article = document.getElementById(anchor), of = tables[anchor];
    if (!article || !of?.groups) return missing("such table");
    cartpk.stamp(article);
    const line = article.querySelector(`tr[data-row="${CSS.escape(row)}"]`), what = of.rows[row] ?? null;
    const cell = line?.querySelector(`[data-column="${CSS.escape(column)}"]`);
    const at = what && "g" in what && what.g >= 0 ? what.g : of.columns[column] >= 0 ? of.columns[column] : of.groups.length - 1;
    const members = of.groups[at], heads = article.querySelectorAll("thead th");
    const names = [article.querySelector(".number")?.firstChild?.textContent.trim(), ...(line ? rowNames(line) : []), heads[column]?.textContent.trim()].filter(Boolean);
    const body = what && "p" in what ? behindParameter(members, what.p) : what && "v" in what ? behindVisit(members, what.v)
      : [make("p", {}, `The cell is of these ${members.length} subjects; what each of them contributes stands on its page and in the listings.`), part.grid("Subjects of this group", [["Subject"], ["Dose level"]], members.map((i) => ({ cells: [subjectLink(i), s.person(i).dose] })))];
    open(...head(cell?.textContent.trim() || "Subjects", names.join(" · ")), ...body);
  };
  const rowNames = (line) => {
    const own = [...line.cells].filter((cell) => !cell.matches(cartpk.numbers)).map((cell) => cell.textContent.trim());
    for (let up = line; up; up = up.previousElementSibling) {
      const above = up.querySelector("th[rowspan]");
      if (above) return [above.textContent.trim(), ...own.filter((text) => text !== above.textContent.trim())];
      if (up.classList.contains("heading")) return [up.textContent.trim(), ...own];
    }
    return own;
  };

  const follow = () => {
    const [kind, ...parts] = s.parts();
    if (kind === "why") value(parts);
    else if (kind === "behind") summary(parts);
    else if (dialog.open) dialog.close();
  };
  addEventListener("hashchange", (event) => {
    const old = event.oldURL.split("#")[1] ?? "";
    if (!/^(why|behind)\//.test(old)) home = `#${old}`;
    follow();
  });
  // closing leads back to where the panel was opened from; what lies beneath has not moved
  dialog.addEventListener("close", () => {
    const [kind, where] = s.parts();
    if (kind !== "why" && kind !== "behind") return;
    if (home !== null) history.replaceState(null, "", home === "#" ? location.pathname + location.search : home);
    else location.hash = kind === "why" ? s.link("subject", where) : `#${where}`;
    opener?.focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  addEventListener("DOMContentLoaded", follow);
})();
