// What works without a page, and what comes of it in the sandbox.

/** The name of a test: the table of `npm run test:packaging` is made of them. */
export const asking = (entry) => `quote() and status() of ${entry}`

export const ANSWER = {
  price: { amount: '1.00', atomic: '1000000', symbol: 'USDC', decimals: 6 },
  status: { status: 'not_found', taskId: 'nobody-knows' },
}

/** The script of an app that asks and prints the answer. `load` is an expression that gives the package. */
export const program = (load, sandbox) => `
  const main = async () => {
    const { quote, status, init } = ${load}
    const options = { baseUrl: ${JSON.stringify(sandbox.apiUrl)} }
    const { price } = await quote({ prompt: 'A paper boat' }, options)
    console.log(JSON.stringify({ price, status: await status('nobody-knows', options) }))
  }
  main()`
