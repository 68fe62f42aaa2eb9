// Statistics of the subjects shown, as cartpk.core.summary and cartpk.core.survival have them.
cartpk.stats = (() => {
  const type7 = (sorted, p) => {
    const at = (sorted.length - 1) * p, low = Math.floor(at);
    return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
  // Hyndman-Fan type 2 (SAS PCTLDEF=5): the mean of two values where the part falls between them
  const type2 = (sorted, p) => {
    const at = sorted.length * p, low = Math.floor(at + 1e-9);
    const last = sorted.length - 1;
    return Math.abs(at - low) < 1e-9 && low > 0 ? (sorted[low - 1] + sorted[Math.min(low, last)]) / 2 : sorted[Math.min(low, last)];
  };
  const quantile = cartpk.data.summaries.quartiles === "type2" ? type2 : type7;
  const ascending = (values) => [...values].sort((a, b) => a - b);
  // Quartiles, median and range; quartiles from three values on.
  const five = (values) => {
    const sorted = ascending(values), many = sorted.length >= 3;
    return {
      n: sorted.length, low: sorted[0], high: sorted.at(-1), med: quantile(sorted, 0.5),
      q1: many ? quantile(sorted, 0.25) : null, q3: many ? quantile(sorted, 0.75) : null,
    };
  };
  // Geometric mean of values above 0 and the factor of one SD (null for one value).
  const geometric = (values) => {
    const logs = values.map(Math.log), n = logs.length;
    const mean = logs.reduce((sum, x) => sum + x, 0) / n;
    const square = logs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return { mean: Math.exp(mean), factor: n > 1 ? Math.exp(Math.sqrt(square / (n - 1))) : null };
  };
  // Kaplan-Meier: one row per distinct time, log-log limits with Greenwood's variance; the origin first.
  const survival = (times, z) => {
    const sorted = [...times].sort((a, b) => a.time - b.time);
    const steps = [{ t: 0, s: 1, lo: null, hi: null, n: sorted.length, d: 0, c: 0, who: "" }];
    let s = 1, variance = 0, left = sorted.length;
    for (let i = 0; i < sorted.length;) {
      const t = sorted[i].time, here = [];
      while (i < sorted.length && sorted[i].time === t) here.push(sorted[i++]);
      const d = here.filter((one) => one.event).length, n = left;
      if (d) { s *= 1 - d / n; variance += d / (n * (n - d)); }
      left -= here.length;
      let lo = null, hi = null;
      if (s > 0 && s < 1) {
        const spread = (z * Math.sqrt(variance)) / Math.abs(Math.log(s));
        [lo, hi] = [s ** Math.exp(spread), s ** Math.exp(-spread)];
      }
      steps.push({ t, s, lo, hi, n, d, c: here.length - d, who: here.map((one) => one.who).slice(0, 6).join(", ") });
    }
    return steps;
  };
  // A number as people read it: four digits, thousands apart. One formatter: making it anew for each number is slow.
  const four = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const told = (x) => (x === null || x === undefined || Number.isNaN(x) ? "" : four.format(x));
  return { quantile, ascending, five, geometric, survival, told };
})();
