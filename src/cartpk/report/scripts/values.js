// The values of a chart as tables: what the pointer finds in its marks, for readers who use keys or a screen reader. Made
// when asked for, and anew when the subjects or a control of the chart change.
cartpk.values = (() => {
  const { make, recipes } = cartpk, { told } = cartpk.stats;
  const MOST = 400;
  const shown = (value, format) => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "number") return String(value);
    return format?.endsWith("%") ? `${(100 * value).toFixed(1)} %` : told(value);
  };
  // what the marks of each dataset say of themselves: dataset -> fields; a layer without data has that of the layer around it
  const spoken = (part, own, set, found = new Map()) => {
    if (Array.isArray(part)) for (const one of part) spoken(one, own, set, found);
    else if (part && typeof part === "object") {
      if ("$panel" in part) return spoken(own[part.$panel], own, set, found);
      const data = part.data && "$panel" in part.data ? own[part.data.$panel] : part.data, name = data?.name ?? set;
      const tip = part.encoding?.tooltip, fields = tip && "$panel" in tip ? own[tip.$panel] : tip;
      if (name && Array.isArray(fields) && !found.has(name)) found.set(name, fields);
      for (const [key, inner] of Object.entries(part)) if (key !== "encoding" && key !== "data") spoken(inner, own, name, found);
    }
    return found;
  };
  const table = (title, fields, rows) => {
    const number = (field) => rows.some((row) => typeof row[field.field] === "number");
    const side = fields.map((field) => (number(field) ? "right" : null));
    const body = make("tbody", {}, ...rows.slice(0, MOST).map((row) => make("tr", {}, ...fields.map((field, k) =>
      make(k ? "td" : "th", { scope: k ? null : "row", class: side[k] }, shown(row[field.field], field.format))))));
    const caption = rows.length > MOST ? `${title}: the first ${MOST} of ${rows.length} values; all of them are in the CSV file below` : `${title}: ${rows.length} ${rows.length === 1 ? "value" : "values"}`;
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": title }, make("table", { class: "data" }, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...fields.map((field, k) => make("th", { scope: "col", class: side[k] }, field.title)))), body));
  };
  const WORDS = { visits: "medians by visit", means: "means by visit", boxes: "by group", bars: "follow-up", steps: "steps of the curves" };
  const tables = (chart) => {
    const sel = cartpk.filter.state();
    return chart.panels.flatMap((panel, i) => [...spoken(chart.spec, panel.set)].flatMap(([name, fields]) => {
      if (!panel.data[name]) return [];
      const [recipe, p] = panel.data[name], rows = recipes[recipe](p, chart.state, sel);
      const of = `Figure ${chart.number}${panel.title ? `, ${panel.title}` : ""}`;
      return rows.length ? [table(WORDS[name] ? `${of}, ${WORDS[name]}` : of, fields, rows)] : [];
    }));
  };

  // a button, the place of the tables, and what makes them anew
  return (chart) => {
    const id = `values-${chart.figure}`, room = make("div", { id, class: "values", hidden: true });
    const button = make("button", { type: "button", "aria-expanded": "false", "aria-controls": id, "aria-label": `Values of figure ${chart.number} as a table` }, "Values as a table");
    const follow = () => {
      if (room.hidden) return;
      const made = tables(chart);
      room.replaceChildren(...(made.length ? made : [make("p", {}, "No value of the subjects shown.")]));
    };
    button.addEventListener("click", () => {
      room.hidden = !room.hidden;
      button.setAttribute("aria-expanded", String(!room.hidden));
      follow();
    });
    return { button, room, follow };
  };
})();
