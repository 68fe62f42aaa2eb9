// The timeline of a subject: lanes on one axis of days, drawn as SVG in the page's own colours.
cartpk.timeline = (() => {
  const NS = document.getElementById("subject-drawing").namespaceURI;
  const svg = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  // a step of the axis: 1, 2, 7, 14, 28 ... days, at most `most` of them
  const step = (span, most) => [1, 2, 7, 14, 28, 56, 90, 180, 365, 730].find((s) => span / s <= most) ?? 1460;
  const HEIGHT = 26, TOP = 8, BOTTOM = 26;

  const draw = (lanes, width, from, until) => {
    const narrow = width < 560, left = narrow ? 8 : 200, right = 16;
    const row = narrow ? 40 : HEIGHT;
    const height = TOP + lanes.length * row + BOTTOM;
    const x = (d) => left + ((Math.min(Math.max(d, from), until) - from) / (until - from)) * (width - left - right);
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false", class: "timeline" });
    const every = step(until - from, narrow ? 6 : 12);
    for (let d = Math.ceil(from / every) * every; d <= until; d += every) {
      root.append(svg("line", { x1: x(d), x2: x(d), y1: TOP, y2: height - BOTTOM, class: d === 0 ? "zero" : "tick" }));
      root.append(svg("text", { x: x(d), y: height - 8, "text-anchor": "middle" }, String(d)));
    }
    lanes.forEach((lane, k) => {
      const y = TOP + k * row + (narrow ? 26 : row / 2);
      root.append(svg("text", narrow ? { x: left, y: y - 12, class: "lane" } : { x: left - 10, y: y + 4, "text-anchor": "end", class: "lane" }, lane.label));
      root.append(svg("line", { x1: left, x2: width - right, y1: y, y2: y, class: "base" }));
      let free = -Infinity;
      for (const mark of lane.marks) {
        if (mark.from === null || mark.from > until || (mark.to ?? mark.from) < from) continue;
        const node = svg("g", { class: `mark ${mark.kind}` });
        const at = x(mark.from), end = mark.to !== null && mark.to !== undefined && mark.to > mark.from ? x(mark.to) : null;
        if (end !== null) node.append(svg("rect", { x: at, y: y - 5, width: Math.max(end - at, 3), height: 10, rx: 3 }));
        else if (mark.shape === "tick") node.append(svg("line", { x1: at, x2: at, y1: y - 6, y2: y + 6 }));
        else if (mark.shape === "ring") node.append(svg("circle", { cx: at, cy: y, r: 3.5, class: "ring" }));
        else if (mark.shape === "cross") node.append(svg("path", { d: `M${at - 4} ${y - 4}l8 8m0 -8l-8 8`, class: "cross" }));
        else if (mark.shape === "diamond") node.append(svg("path", { d: `M${at} ${y - 6}l6 6l-6 6l-6 -6z` }));
        else node.append(svg("circle", { cx: at, cy: y, r: 4 }));
        node.append(svg("title", {}, mark.words));
        root.append(node);
        // a label where there is room for it
        if (mark.label) {
          const start = (end ?? at + 7) + 4, size = mark.label.length * 6.4;
          if (at > free && start + size < width) {
            root.append(svg("text", { x: start, y: y + 4, class: "label" }, mark.label));
            free = start + size;
          }
        }
      }
    });
    return root;
  };
  return { draw, svg };
})();
