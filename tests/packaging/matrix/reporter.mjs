// What passed, as JSON: `{ where, what, passed }` for each test, `where` being the suite around it.
export default async function* report(source) {
  const results = []
  let where = ''
  for await (const { type, data } of source) {
    if (type === 'test:start' && data.nesting === 0) where = data.name
    const ended = type === 'test:pass' || type === 'test:fail'
    if (ended && data.details.type !== 'suite')
      results.push({ where: data.nesting > 0 ? where : '', what: data.name, passed: type === 'test:pass' })
  }
  yield `${JSON.stringify(results, null, 1)}\n`
}
