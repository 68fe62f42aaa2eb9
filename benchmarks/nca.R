# PKNCA or NonCompart on the bare table of profiles; prints the seconds of each run, writes the values as a table.
# usage: Rscript benchmarks/nca.R PKNCA|NonCompart PROFILES.csv OUT.csv RUNS
arguments <- commandArgs(trailingOnly = TRUE)
engine <- arguments[1]
samples <- read.csv(arguments[2], colClasses = c(USUBJID = "character"))
samples$CONC <- ifelse(samples$BLQFL == "Y", 0, samples$AVAL)
samples <- samples[, c("USUBJID", "AFRLT", "CONC")]

run_pknca <- function(samples) {
  intervals <- data.frame(
    start = 0, end = c(Inf, 28, 90),
    cmax = c(TRUE, FALSE, FALSE), tmax = c(TRUE, FALSE, FALSE), auclast = c(TRUE, FALSE, FALSE),
    half.life = c(TRUE, FALSE, FALSE), aucint.last = c(FALSE, TRUE, TRUE)
  )
  data <- PKNCA::PKNCAdata(
    PKNCA::PKNCAconc(samples, CONC ~ AFRLT | USUBJID),
    intervals = intervals, options = list(auc.method = "lin up/log down")
  )
  as.data.frame(suppressWarnings(PKNCA::pk.nca(data)))
}

wide_pknca <- function(result) {
  one <- function(code, end) {
    rows <- result[result$PPTESTCD == code & result$end == end, ]
    rows$PPORRES[match(unique(samples$USUBJID), rows$USUBJID)]
  }
  data.frame(
    USUBJID = unique(samples$USUBJID), CMAX = one("cmax", Inf), AUCLST = one("auclast", Inf),
    AUC0_28D = one("aucint.last", 28), LAMZHL = one("half.life", Inf)
  )
}

run_noncompart <- function(samples) {
  NonCompart::tblNCA(
    samples, key = "USUBJID", colTime = "AFRLT", colConc = "CONC", dose = 1, adm = "Extravascular",
    timeUnit = "h", concUnit = "ug/L", down = "Log",
    iAUC = data.frame(Name = c("AUC0_28D", "AUC0_90D"), Start = c(0, 0), End = c(28, 90))
  )
}

wide_noncompart <- function(result) result[, c("USUBJID", "CMAX", "AUCLST", "AUC0_28D", "LAMZHL")]

run <- if (engine == "PKNCA") run_pknca else run_noncompart
wide <- if (engine == "PKNCA") wide_pknca else wide_noncompart
for (k in seq_len(as.integer(arguments[4]))) {
  seconds <- system.time(result <- run(samples))[["elapsed"]]
  cat(seconds, "\n")
}
write.csv(wide(result), arguments[3], row.names = FALSE)
