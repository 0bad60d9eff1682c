/** A strict reader of Prometheus' text exposition format 0.0.4, for tests. */

/** One line of a metric. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric family: its HELP and TYPE lines and its samples. */
export interface Family {
  readonly help: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly samples: Array<Sample>
}

/** Reads the text; throws on anything a scraper could refuse, and on what Prometheus' conventions advise against. */
export const parseExposition = (text: string): Map<string, Family> => {
  if (!text.endsWith("\n")) throw new Error("the last line must end in a line feed")
  const families = new Map<string, Family>()
  let current = ""
  let help = ""
  for (const line of text.slice(0, -1).split("\n")) {
    const helpLine = /^# HELP ([a-z_][a-z0-9_]*) (.+)$/.exec(line)
    const typeLine = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram)$/.exec(line)
    if (helpLine !== null) {
      current = helpLine[1] ?? ""
      help = helpLine[2] ?? ""
      if (families.has(current)) throw new Error(`${current}: described twice`)
    } else if (typeLine !== null) {
      if (typeLine[1] !== current) throw new Error(`${typeLine[1]}: TYPE without HELP before it`)
      families.set(current, { help, type: typeLine[2] as Family["type"], samples: [] })
    } else {
      const sample = parseSample(line)
      const family = families.get(current)
      if (family === undefined) throw new Error(`${line}: no TYPE before it`)
      const names =
        family.type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => current + end) : [current]
      if (!names.includes(sample.name)) throw new Error(`${line}: not of family ${current}`)
      if (family.samples.some((other) => seriesOf(other) === seriesOf(sample)))
        throw new Error(`${line}: twice`)
      family.samples.push(sample)
    }
  }
  for (const [name, family] of families) check(name, family)
  return families
}

/** The value of the one sample with exactly these labels. */
export const valueOf = (
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): number => {
  const wanted = seriesOf({ name, labels, value: 0 })
  for (const family of families.values()) {
    const found = family.samples.find((sample) => seriesOf(sample) === wanted)
    if (found !== undefined) return found.value
  }
  throw new Error(`no sample ${wanted}`)
}

const parseSample = (line: string): Sample => {
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
  if (parts === null) throw new Error(`not a sample: ${line}`)
  const [, name = "", inner = "", value = ""] = parts
  if (!/^(-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?|[+-]Inf|NaN)$/.test(value)) throw new Error(`no number: ${line}`)
  return {
    name,
    labels: parseLabels(inner),
    value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value)
  }
}

const parseLabels = (inner: string): Record<string, string> => {
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== "") {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,(?=.)|$)/.exec(rest)
    if (label === null) throw new Error(`not labels: ${inner}`)
    const [whole, name = "", value = ""] = label
    if (name in labels) throw new Error(`label twice: ${inner}`)
    labels[name] = value
    rest = rest.slice(whole.length)
  }
  return labels
}

const check = (name: string, family: Family): void => {
  if (family.samples.length === 0) throw new Error(`${name}: no samples`)
  if ((family.type === "counter") !== name.endsWith("_total"))
    throw new Error(`${name}: a counter ends in _total`)
  if (family.type === "counter" && family.samples.some((sample) => !(sample.value >= 0))) {
    throw new Error(`${name}: a counter never falls below zero`)
  }
  if (family.type === "histogram") checkHistogram(name, family.samples)
}

const checkHistogram = (name: string, samples: ReadonlyArray<Sample>): void => {
  const counts = samples.filter((sample) => sample.name === `${name}_count`)
  for (const count of counts) {
    const rest = seriesOf({ ...count, name: "" })
    const buckets = samples.filter(
      (sample) => sample.name === `${name}_bucket` && seriesOf({ ...withoutLe(sample), name: "" }) === rest
    )
    const bounds = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Infinity : Number(labels["le"])))
    const rising = (values: ReadonlyArray<number>, strictly: boolean): boolean =>
      values.every((value, index) => index === 0 || (values[index - 1] ?? 0) < value + (strictly ? 0 : 1e-9))
    if (!rising(bounds, true) || bounds.at(-1) !== Infinity) throw new Error(`${name}: boundaries`)
    if (
      !rising(
        buckets.map(({ value }) => value),
        false
      )
    )
      throw new Error(`${name}: buckets must cumulate`)
    if (buckets.at(-1)?.value !== count.value) throw new Error(`${name}: +Inf is not the count`)
  }
}

const withoutLe = (sample: Sample): Sample => {
  const { le: _, ...labels } = sample.labels
  return { ...sample, labels }
}

const seriesOf = ({ name, labels }: Sample): string =>
  `${name}{${Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(",")}}`
