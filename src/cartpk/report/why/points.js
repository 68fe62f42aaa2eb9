// Which samples a value rests on: the rules named in cartpk.report.why.definitions.ROLES.
cartpk.why = (() => {
  const s = cartpk.subjects, known = new Map(cartpk.data.why.definitions.map((one) => [one.key, one]));
  const definition = (one) => known.get(`${one.PARCAT1}${one.PARCAT1 === "MODEL" ? ` ${one.PPANMETH}` : ""} ${one.PARAMCD}`);
  const same = (a, b) => Math.abs(a - b) < 2e-3; // days; the block holds fewer digits of some columns than of others

  // kinetic samples of the value's profile
  const ROLE = {
    peak: ({ peak }) => [peak],
    last: ({ last }) => [last],
    first: ({ first }) => [first],
    lag: ({ usable, first }) => usable.filter((one) => first && one.day <= first.day),
    window: ({ usable, before }, { window }) => {
      const inside = usable.filter((one) => one.day <= window), beyond = usable.find((one) => one.day > window);
      const reached = inside.some((one) => same(one.day, window));
      return [before, ...inside, ...(reached || !beyond ? [] : [beyond])];
    },
    to_last: ({ usable, last, before }) => [before, ...usable.filter((one) => last && one.day <= last.day)],
    to_blq: ({ usable, last, before }) => [before, ...usable.filter((one) => last && one.day <= last.day), usable.find((one) => last && one.blq && one.day > last.day)],
    line: ({ line }) => line,
    line_and_area: (facts) => [...ROLE.to_last(facts), ...facts.line],
    rise: ({ seen, peak }) => seen.filter((one) => peak && one.day <= peak.day),
    fall: ({ seen, peak }, { settings }) => {
      const days = Number(settings.find(([path]) => path === "nca.contraction_days")?.[1] ?? Infinity);
      return seen.filter((one) => peak && one.day >= peak.day && one.day <= peak.day + days);
    },
    peak_and_28: ({ seen, peak }) => [peak, seen.findLast((one) => one.day <= 28), seen.find((one) => one.day >= 28)],
    after_peak: ({ usable, peak }) => usable.filter((one) => peak && one.day > peak.day),
    detected: ({ usable }) => usable,
    fit: ({ usable }) => usable,
    profile: ({ usable }) => usable,
  };
  const kinetic = (one, profile, entry) => {
    const samples = profile.samples.map((row) => ({ ...row, day: row.ARRLT ?? row.AFRLT }));
    const usable = samples.filter((row) => row.use.startsWith("used") || row.use.startsWith("BLQ"));
    const seen = usable.filter((row) => !row.blq && row.AVAL !== null);
    const facts = {
      usable, seen, line: samples.filter((row) => row.onLine), first: seen[0], last: seen.at(-1),
      before: samples.findLast((row) => row.use.startsWith("before") && row.ANLFL === "Y"),
      peak: seen.reduce((best, row) => (best && best.AVAL >= row.AVAL ? best : row), undefined),
    };
    const rule = ROLE[entry.role] ?? ROLE.profile;
    return { samples, chosen: new Set(rule(facts, entry).filter(Boolean).map((row) => row.at)) };
  };
  // cell counts: the sample whose day another parameter of the same measure names
  const DAY = { baseline: ["PDTBASE"], nadir: ["PDTNADIR"], change: ["PDTBASE", "PDTNADIR"], highest: ["PDTPEAK"], rise_over_base: ["PDTBASE", "PDTPEAK"] };
  const counted = (one, i, entry) => {
    const samples = s.counts(i).filter((row) => row.PARAMCD === one.PPCAT && row.PCSPEC === one.PPSPEC)
      .map((row) => ({ ...row, blq: row.BLQFL === "Y", use: row.ANLFL === "Y" ? "used" : `not used: ${row.ANLRS ?? "reason not given"}` }))
      .sort((a, b) => (a.AFRLT ?? 1e9) - (b.AFRLT ?? 1e9) || a.at - b.at);
    const beside = s.parameters(i).filter((row) => row.PARCAT1 === "PD" && row.PPCAT === one.PPCAT && row.PPSPEC === one.PPSPEC && row.ATPTREF === one.ATPTREF);
    const days = (DAY[entry.role] ?? []).map((code) => beside.find((row) => row.PARAMCD === code)?.AVAL).filter((d) => d !== null && d !== undefined);
    const wanted = (row) => row.ANLFL === "Y" && (entry.role in DAY ? days.some((d) => same(d, row.AFRLT)) : row.AFRLT > 0);
    return { samples, chosen: new Set(samples.filter(wanted).map((row) => row.at)) };
  };
  // { samples, chosen, kinetic }: the samples of the value's profile by time, and those it rests on
  const points = (one) => {
    const i = s.place.get(one.USUBJID), entry = definition(one);
    const profile = s.profiles(i).find((p) => p.code === one.PPCAT && p.specimen === one.PPSPEC && p.infusion === one.ATPTREF);
    if (profile) return { ...kinetic(one, profile, entry), kinetic: true };
    return { ...counted(one, i, entry), kinetic: false };
  };
  return { definition, points };
})();
