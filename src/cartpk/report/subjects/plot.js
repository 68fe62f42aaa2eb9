// A plot over days as SVG: linear or logarithmic, in the page's colours, sharp on paper.
cartpk.plot = (() => {
  const { make } = cartpk, { svg } = cartpk.timeline, fixed = cartpk.subjects.amount;
  const MARGIN = { top: 12, right: 14, bottom: 40, left: 62 };

  const nice = (most) => {
    const step = 10 ** Math.floor(Math.log10(most / 4 || 1));
    return [1, 2, 5, 10].map((k) => k * step).find((s) => most / s <= 5.5) ?? step * 10;
  };
  const SUPER = (n) => `10${String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])}`;

  // scale of the values: { of(value), ticks: [[value, label]] }
  const vertical = (values, log, height) => {
    const positive = values.filter((v) => v > 0), span = height - MARGIN.top - MARGIN.bottom;
    if (log && positive.length) {
      const low = Math.floor(Math.log10(Math.min(...positive)) - 0.1), high = Math.max(Math.ceil(Math.log10(Math.max(...positive)) + 0.02), low + 1);
      const of = (v) => height - MARGIN.bottom - ((Math.max(Math.log10(Math.max(v, 1e-300)), low) - low) / (high - low)) * span;
      const every = Math.ceil((high - low) / 6), ticks = [];
      for (let p = low; p <= high; p += every) ticks.push([10 ** p, p >= -2 && p <= 3 ? fixed(10 ** p) : SUPER(p)]);
      return { of, ticks };
    }
    const bottom = Math.min(0, ...values), top = Math.max(...values, bottom + 1e-9), step = nice(top - bottom), ticks = [];
    for (let v = Math.ceil(bottom / step) * step; v <= top * 1.0001; v += step) ticks.push([v, fixed(Number(v.toPrecision(10)))]);
    return { of: (v) => height - MARGIN.bottom - ((v - bottom) / ((top - bottom) * 1.05)) * span, ticks };
  };
  const path = (points, of) => points.map((p, k) => `${k ? "L" : "M"}${of(p).map((v) => v.toFixed(1)).join(" ")}`).join("");
  const SHAPES = {
    dot: (x, y) => svg("circle", { cx: x, cy: y, r: 4 }),
    ring: (x, y) => svg("circle", { cx: x, cy: y, r: 4, class: "ring" }),
    cross: (x, y) => svg("path", { d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`, class: "cross" }),
    square: (x, y) => svg("rect", { x: x - 4, y: y - 4, width: 8, height: 8 }),
    triangle: (x, y) => svg("path", { d: `M${x} ${y - 5}l5 9h-10z` }),
    diamond: (x, y) => svg("path", { d: `M${x} ${y - 6}l6 6l-6 6l-6 -6z` }),
    down: (x, y) => svg("path", { d: `M${x} ${y + 5}l5 -9h-10z` }),
  };

  const drawn = (spec, log, width, height) => {
    const floor = (v) => (v === null || v === undefined ? null : v);
    const values = spec.layers.flatMap((layer) => (layer.scale === false ? [] : layer.points.flatMap((p) => [p.y, p.low, p.high]))).map(floor).filter((v) => v !== null && Number.isFinite(v) && (!log || v > 0));
    const days = spec.layers.flatMap((layer) => layer.points.map((p) => p.x)).filter((d) => d !== null);
    const from = Math.min(0, ...days), until = Math.max(...days, from + 1);
    const x = (d) => MARGIN.left + ((d - from) / (until - from)) * (width - MARGIN.left - MARGIN.right);
    const { of: y, ticks } = vertical(values.length ? values : [1], log, height);
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false", class: "plot" });
    const bottom = height - MARGIN.bottom, right = width - MARGIN.right;
    for (const [v, label] of ticks) {
      root.append(svg("line", { x1: MARGIN.left, x2: right, y1: y(v), y2: y(v), class: "tick" }), svg("text", { x: MARGIN.left - 8, y: y(v) + 4, "text-anchor": "end" }, label));
    }
    const step = [1, 2, 7, 14, 28, 56, 90, 180, 365].find((s) => (until - from) / s <= (width < 460 ? 6 : 9)) ?? 730;
    for (let d = Math.ceil(from / step) * step; d <= until; d += step) {
      root.append(svg("line", { x1: x(d), x2: x(d), y1: bottom, y2: bottom + 4, class: "base" }), svg("text", { x: x(d), y: bottom + 18, "text-anchor": "middle" }, String(d)));
    }
    root.append(svg("line", { x1: MARGIN.left, x2: right, y1: bottom, y2: bottom, class: "base" }), svg("text", { x: (MARGIN.left + right) / 2, y: height - 4, "text-anchor": "middle", class: "axis" }, spec.days));
    for (const layer of spec.layers) {
      const group = svg("g", { class: `layer ${layer.name}` }), at = (p) => [x(p.x), y(p.y)];
      const known = layer.points.filter((p) => p.y !== null && p.y !== undefined);
      if (layer.kind === "area" && known.length > 1) group.append(svg("path", { d: `${path(known, at)}L${x(known.at(-1).x).toFixed(1)} ${bottom}L${x(known[0].x).toFixed(1)} ${bottom}Z` }));
      if (layer.kind === "band" && known.length > 1) group.append(svg("path", { d: `${path(known, (p) => [x(p.x), y(p.high ?? p.y)])}${path([...known].reverse(), (p) => [x(p.x), y(p.low ?? p.y)]).replace("M", "L")}Z` }));
      if (layer.kind === "line" && known.length > 1) group.append(svg("path", { d: path(known, at), fill: "none" }));
      if (layer.kind === "rule") for (const p of known) group.append(svg("line", { x1: MARGIN.left, x2: right, y1: y(p.y), y2: y(p.y) }), svg("text", { x: right, y: y(p.y) - 5, "text-anchor": "end" }, p.words));
      if (layer.kind === "cut") for (const p of layer.points) group.append(svg("line", { x1: x(p.x), x2: x(p.x), y1: MARGIN.top, y2: bottom }), svg("text", { x: x(p.x) - 5, y: MARGIN.top + 10, "text-anchor": "end" }, p.words));
      if (layer.kind === "points") for (const p of known) {
        const mark = SHAPES[p.shape ?? "dot"](x(p.x), y(p.y));
        mark.append(svg("title", {}, p.words));
        if (p.name) mark.classList.add(p.name);
        group.append(mark);
      }
      root.append(group);
    }
    return root;
  };

  // spec: { title, words, days, unit, layers, key: [[mark class, text]], linear: whether it opens linear }
  const plot = (spec) => {
    let log = !spec.linear;
    const canvas = make("div", { role: "img", "aria-label": spec.words, class: "canvas" });
    const draw = () => {
      const width = Math.max(Math.min(canvas.clientWidth || 520, 900), 260);
      canvas.replaceChildren(drawn(spec, log, width, width < 420 ? 260 : 300));
    };
    const buttons = ["Log", "Linear"].map((label) => {
      const button = make("button", { type: "button", "aria-pressed": String((label === "Log") === log) }, label);
      button.addEventListener("click", () => {
        log = label === "Log";
        buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
        draw();
      });
      return button;
    });
    const key = make("ul", { class: "key" }, ...spec.key.map(([kind, name, text]) => {
      const mark = svg("svg", { viewBox: "0 0 20 12", width: 20, height: 12, "aria-hidden": "true", class: "plot" });
      const group = svg("g", { class: `layer ${name.split(" ")[0]}` });
      const sign = kind === "line" ? svg("line", { x1: 0, x2: 20, y1: 6, y2: 6 }) : kind === "area" ? svg("rect", { x: 1, y: 1, width: 18, height: 10 }) : SHAPES[kind](10, 6);
      for (const more of name.split(" ").slice(1)) sign.classList.add(more);
      group.append(sign);
      mark.append(group);
      return make("li", {}, mark, ` ${text}`);
    }));
    const node = make("div", { class: "drawing" }, make("div", { class: "top" }, make("h3", {}, spec.title), make("div", { class: "switch", role: "group", "aria-label": `Scale of ${spec.title}` }, ...buttons)),
      make("p", { class: "unit" }, spec.unit), canvas, key, ...(spec.below ?? []));
    return { node, draw };
  };
  return plot;
})();
