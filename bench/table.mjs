/** A Markdown table whose columns stand under each other, so that it can be read in a terminal as well. */
export function tableOf(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column].length)))
  const line = (cells) => `| ${cells.join(' | ')} |`
  const padded = all.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]))))
  const [title, ...body] = padded
  return [title, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n')
}
