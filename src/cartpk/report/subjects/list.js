// The list of all subjects: the first things to know of each, and the way to its page.
(() => {
  const { make } = cartpk, s = cartpk.subjects, part = cartpk.sections;
  const room = document.getElementById("subjects-list");
  const primary = cartpk.data.analytes.find((one) => one.primary) ?? cartpk.data.analytes[0];
  const CODES = ["CMAX", "TMAX", ...cartpk.data.windows.map((end) => `AUC0_${end}D`), "LAMZHL"];
  const dosed = s.ids.some((_, i) => s.person(i).dose);
  let heads = null;

  const first = (i) => new Map(s.parameters(i).filter((one) => one.PARCAT1 === "NCA" && one.PPCAT === primary.code && one.PPSPEC === primary.specimen && one.ATPTREF === "INFUSION 1").map((one) => [one.PARAMCD, one]));
  const row = (i) => {
    const person = s.person(i), found = first(i);
    const values = CODES.map((code) => {
      const one = found.get(code);
      if (!one) return "";
      heads?.set(code, `${cartpk.why.definition(one)?.name ?? one.PARAM}${one.AVALU ? ` (${cartpk.unit(one.AVALU)})` : ""}`);
      return make("a", { href: part.why(one), title: "Why is this number so?" }, one.shown);
    });
    const below = s.rowsOf("adnca", i).map(s.sample).filter((one) => one.PCTESTCD === primary.code && one.PCSPEC === primary.specimen && one.ATPTREF === "INFUSION 1" && one.ARRLT > 0 && /^(used|BLQ)/.test(one.use));
    const counted = below.length ? `${below.filter((one) => one.blq).length} of ${below.length}` : "";
    return { cells: [make("a", { href: s.link("subject", person.id) }, person.id), ...(dosed ? [person.dose] : []), ...values, counted, person.excluded ? `outside the analysis: ${person.excluded}` : ""] };
  };
  const render = () => {
    const { shown, all } = cartpk.filter?.state() ?? { all: true };
    heads = new Map();
    const rows = s.ids.map((_, i) => i).filter((i) => all || shown[i]).map(row);
    const columns = [["Subject"], ...(dosed ? [["Dose level"]] : []), ...CODES.map((code) => [heads.get(code) ?? code, true]), ["BLQ results", true], ["Note", false, true]];
    room.replaceChildren(part.grid(`${rows.length === s.ids.length ? "All" : `${rows.length} of`} ${s.ids.length} subjects: ${primary?.label ?? "no analyte"}, first infusion`, columns, rows));
  };
  // hundreds of subjects are listed when they come near, not before
  let near = false;
  new IntersectionObserver((entries, watch) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near = true;
    watch.disconnect();
    render();
  }, { rootMargin: "600px" }).observe(document.getElementById("subjects"));
  const needed = () => { near = true; render(); };
  cartpk.on("filter", () => { if (near) render(); });
  addEventListener("beforeprint", () => { if (!near) needed(); });
})();
