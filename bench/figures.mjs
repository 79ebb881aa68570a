/** What many measurements come to; `null` where there are none. */
export function figures(values) {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const average = mean(sorted)
  const deviation = Math.sqrt(mean(sorted.map((value) => (value - average) ** 2)))
  return {
    count: sorted.length,
    mean: average,
    deviation,
    least: sorted[0],
    median: at(sorted, 0.5),
    p95: at(sorted, 0.95),
    most: sorted.at(-1),
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Between the two nearest. */
function at(sorted, part) {
  const place = part * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below)
}
