// The interactive charts: drawn as they come near, drawn again when the subjects or a control change.
(() => {
  const { data, make, recipes } = cartpk;
  const font = getComputedStyle(document.body).fontFamily;
  const ink = "#1F2933", soft = "#52606D", hair = "#E4E7EB", frame = "#9AA5B1";
  const config = {
    font, background: null, aria: false, view: { stroke: null },
    axis: { labelColor: soft, titleColor: ink, titleFontWeight: 500, titleFontSize: 12, labelFontSize: 11, gridColor: hair,
      domainColor: frame, tickColor: frame, labelFlush: false, titleLimit: 320 },
  };
  // a specification with what stands for {"$choice": key} and {"$panel": place}
  const filled = (part, own, chosen) => {
    if (Array.isArray(part)) return part.map((one) => filled(one, own, chosen));
    if (part === null || typeof part !== "object") return part;
    if ("$choice" in part) return chosen(part.$choice);
    if ("$panel" in part) return filled(own[part.$panel], own, chosen);
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filled(value, own, chosen)]));
  };
  const tall = (count) => count * (count > 160 ? 4 : count > 60 ? 8 : 15);
  const charts = [];
  const draw = async (chart, panel) => {
    panel.stale = false;
    const turn = (panel.turn = (panel.turn ?? 0) + 1);
    const sets = {};
    const sel = cartpk.filter.state();
    for (const [name, [recipe, p]] of Object.entries(panel.data)) sets[name] = recipes[recipe](p, chart.state, sel);
    panel.box.classList.toggle("nothing", !Object.entries(sets).some(([name, rows]) => name !== "limits" && name !== "risk" && rows.length));
    // a chart of bars is as high as it has bars
    const high = chart.spec.height.step && tall(sets.bars.length);
    if (panel.view && panel.drawnAs === JSON.stringify(chart.state)) {
      for (const [name, rows] of Object.entries(sets)) panel.view.data(name, rows);
      if (high) panel.view.height(high);
      await panel.view.runAsync();
    } else {
      const spec = filled(chart.spec, panel.set, (key) => chart.controls.find((c) => c.key === key).choices.find((c) => c.value === chart.state[key]).set);
      if (high) spec.height = high;
      await cartpk.library;
      const weight = Object.values(sets).reduce((sum, rows) => sum + rows.length, 0);
      const made = await vegaEmbed(panel.box, { ...spec, datasets: sets, autosize: { type: "fit-x", contains: "padding" } }, {
        mode: "vega-lite", ast: true, actions: false, defaultStyle: false, config, renderer: weight > 2500 ? "canvas" : "svg",
        tooltip: { disableDefaultStyle: true }, logLevel: 1,
      });
      if (turn !== panel.turn) { made.finalize(); return; }
      panel.view?.finalize();
      panel.view = made.view;
      panel.drawnAs = JSON.stringify(chart.state);
      made.view.addEventListener("click", (_event, item) => {
        if (item?.datum?.i !== undefined && item.datum.S !== undefined) cartpk.filter.pick(item.datum.i);
      });
    }
  };

  // what is near is drawn first, the rest in idle moments, so that paper finds all of it
  const waiting = new Set();
  let busy = false;
  const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 30));
  const near = (chart) => {
    const box = chart.node.getBoundingClientRect();
    return box.bottom > -200 && box.top < innerHeight + 200 && box.width > 0;
  };
  const work = async () => {
    if (busy) return;
    busy = true;
    let told = false;
    while (waiting.size) {
      const chart = [...waiting].find(near) ?? [...waiting][0];
      // "near": what the reader sees is drawn
      if (!near(chart)) { if (!told) { told = true; cartpk.say("near"); } await new Promise((done) => { idle(done, { timeout: 400 }); }); }
      const panel = chart.panels.find((one) => one.stale);
      if (!panel) { waiting.delete(chart); continue; }
      try { await draw(chart, panel); } catch (error) {
        panel.stale = false;
        panel.box.textContent = "This chart could not be drawn; its data are in the files below.";
        console.error(error);
      }
    }
    if (!told) cartpk.say("near");
    busy = false;
    document.documentElement.dataset.charts = "drawn";
  };
  const again = (chosen) => {
    for (const chart of chosen) { for (const panel of chart.panels) panel.stale = true; chart.values.follow(); waiting.add(chart); }
    delete document.documentElement.dataset.charts;
    void work();
  };

  const swatch = (colour, shape, whole) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "-1.25 -1.25 2.5 2.5");
    svg.setAttribute("aria-hidden", "true");
    svg.classList.add("swatch");
    const drawnAs = {
      circle: "M.9,0A.9,.9 0 1 1 -.9,0A.9,.9 0 1 1 .9,0Z", "triangle-up": "M0,-.95L.9,.75L-.9,.75Z", square: "M-.75,-.75H.75V.75H-.75Z",
      diamond: "M0,-1L1,0L0,1L-1,0Z", "triangle-down": "M0,.95L.9,-.75L-.9,-.75Z", "triangle-right": "M.95,0L-.75,.9L-.75,-.9Z", stroke: "M-1.2,0H1.2",
    };
    path.setAttribute("d", drawnAs[shape] ?? shape);
    path.setAttribute("fill", whole && shape !== "stroke" ? colour : "#FFFFFF");
    path.setAttribute("stroke", colour);
    path.setAttribute("stroke-width", shape === "stroke" ? ".5" : ".28");
    svg.append(path);
    return svg;
  };
  const key = (chart) => {
    const list = make("ul", { class: "key-list", "aria-label": "Key" });
    const doses = chart.doses && data.doses.length > 1 ? data.doses : [];
    doses.forEach((dose) => { list.append(make("li", {}, swatch(dose.colour, dose.mark, true), dose.label)); });
    for (const [label, colour, shape, whole] of chart.legend) list.append(make("li", {}, swatch(colour, shape, whole), label));
    return list;
  };
  const controls = (chart) => {
    const row = make("div", { class: "controls" });
    for (const control of chart.controls) {
      if (control.choices.length < 2) continue;
      const group = make("div", { class: "choice", role: "group", "aria-label": `${control.label}, figure ${chart.number}` });
      group.append(make("span", { "aria-hidden": "true" }, control.label));
      for (const { value, label } of control.choices) {
        const button = make("button", { type: "button", "aria-pressed": String(chart.state[control.key] === value) }, label);
        button.addEventListener("click", () => {
          chart.state[control.key] = value;
          for (const other of group.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
          again([chart]);
        });
        group.append(button);
      }
      row.append(group);
    }
    const save = make("button", { type: "button", class: "save", "aria-label": `Save figure ${chart.number} as shown, PNG` }, "Save as PNG");
    save.addEventListener("click", async () => {
      for (const [i, panel] of chart.panels.entries()) {
        if (!panel.view) continue;
        const url = await panel.view.toImageURL("png", 2);
        make("a", { href: url, download: `${data.trial.id}_${chart.figure}${chart.panels.length > 1 ? `_${i + 1}` : ""}.png` }).click();
      }
    });
    return { row, save };
  };

  for (const node of document.querySelectorAll("[data-chart]")) {
    const chart = { ...data.charts[node.dataset.chart], node, number: node.dataset.number };
    chart.state = Object.fromEntries(chart.controls.map((control) => [control.key, control.choices[0].value]));
    if ("show" in chart.state && cartpk.table("adsl").n > recipes.many) chart.state.show = "median";
    const grid = make("div", { class: chart.panels.length > 1 ? "drawings" : "drawings single" });
    for (const [i, panel] of chart.panels.entries()) {
      // the drawing is named by what it stands in; its values stand in a table
      panel.box = make("div", { class: "vega-plot", "aria-hidden": "true" });
      const box = make("div", { class: "drawing" });
      if (panel.title) box.append(make("p", { class: "drawing-title", id: `${node.dataset.chart}-panel-${i}` }, panel.title));
      box.append(make("div", { role: "img", "aria-label": panel.words || panel.title || `Chart of figure ${node.dataset.number}` }, panel.box));
      grid.append(box);
    }
    const keys = make("div", { class: "keys" });
    const { row, save } = controls(chart);
    chart.values = cartpk.values(chart);
    keys.append(key(chart), make("div", { class: "ways" }, chart.values.button, save));
    node.replaceChildren(...(row.children.length ? [row] : []), keys, grid, chart.values.room);
    charts.push(chart);
  }
  addEventListener("scroll", () => { if (waiting.size) void work(); }, { passive: true });
  cartpk.on("filter", () => again(charts));
  again(charts);
  cartpk.charts = charts;
})();
