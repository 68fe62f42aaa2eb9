"use strict";
// What all scripts of the page share: the embedded data and a few words to build elements with.
const cartpk = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // these values, with those of the column at its rows
  const except = (column, values) => {
    let at = 0;
    column.i.forEach((gap, k) => { at += gap; values[at] = column.v[k]; });
    return values;
  };
  // values or places of every row; see cartpk.report.packed for the ways a column may be packed
  const spread = (column, n) => {
    if ("r" in column) {
      const made = [];
      for (let i = 0; i < column.r.length; i += 2) for (let k = 0; k < column.r[i + 1]; k++) made.push(column.r[i]);
      return made;
    }
    if ("s" in column) {
      let value = 0;
      const made = [];
      for (let i = 0; i < column.s.length; i += 2) for (let k = 0; k < column.s[i + 1]; k++) made.push(value += column.s[i]);
      return made;
    }
    if ("b" in column) {
      const made = new Array(n);
      for (let row = 0, k = 0, next = column.i[0]; row < n; row++) {
        if (row === next) { made[row] = column.v[k]; k += 1; next += column.i[k]; } else made[row] = row < column.b ? null : made[row - column.b];
      }
      return made;
    }
    return "i" in column ? except(column, new Array(n).fill(column.d)) : column.v;
  };
  // one column of a packed table as an array
  const unpacked = (columns, name, n) => {
    const column = columns[name];
    if (Array.isArray(column)) return column;
    if ("c" in column) return new Array(n).fill(column.c);
    if ("same" in column) return except(column, [...unpacked(columns, column.same, n)]);
    if ("text" in column) return except(column, unpacked(columns, column.text, n).map((value) => (value === null ? null : String(value))));
    if ("of" in column) {
      const told = new Map(column.m.map((row) => [JSON.stringify(row.slice(0, -1)), row.at(-1)]));
      const others = column.of.map((other) => unpacked(columns, other, n));
      return Array.from({ length: n }, (_, i) => told.get(JSON.stringify(others.map((other) => other[i]))));
    }
    const values = spread(column, n);
    if (!("k" in column)) return values;
    const words = column.k === "adsl" ? subjects : column.k;
    return values.map((place) => (place < 0 ? null : words[place]));
  };
  const subjects = data.tables.adsl.columns.USUBJID;
  const made = new Map();
  // a table of the data block as { n, columns: { NAME: array } }
  const table = (name) => {
    if (!made.has(name)) {
      const packed = data.tables[name] ?? { n: 0, columns: {} };
      const columns = {};
      for (const key of Object.keys(packed.columns)) columns[key] = unpacked(packed.columns, key, packed.n);
      made.set(name, { n: packed.n, columns });
    }
    return made.get(name);
  };
  // its rows as objects
  const rows = (name) => {
    const { n, columns } = table(name), keys = Object.keys(columns);
    return Array.from({ length: n }, (_, i) => Object.fromEntries(keys.map((key) => [key, columns[key][i]])));
  };

  // an element: attributes by name, children as elements or text; nothing is ever parsed as markup
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };

  // the address after "#": a place in the page (an id, or "subject/..."), then the filters: "#figures?COHORT=1e8%20cells"
  const address = () => {
    const [place, query = ""] = location.hash.slice(1).split("?");
    let id = place;
    try { id = decodeURIComponent(place); } catch { /* not one of ours: taken as it stands */ }
    return { place: id, query: new URLSearchParams(query) };
  };

  // who listens to what: on("filter", f), say("filter").
  // "filter": the subjects shown have changed; detail = { shown: [true, false ...] in the order of adsl, all: boolean }
  const listeners = new Map();
  const on = (event, f) => { listeners.set(event, [...(listeners.get(event) ?? []), f]); };
  const say = (event, detail) => { for (const f of listeners.get(event) ?? []) f(detail); };

  // links lead below the bar, however high it is
  const bar = document.querySelector(".bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);

  // cells of numbers: those that stand right, by themselves or by the table
  const numbers = "td.right, table.num td:not(.left, .center, .wordy, .none)";

  return { numbers, data, table, unpacked, rows, make, address, on, say };
})();
