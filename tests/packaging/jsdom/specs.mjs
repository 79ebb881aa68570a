// What the tests of an app do with the package. `vitest` and `jest` name their functions alike.
import { examplesIn } from '../../papers/papers.mjs'
import { MISSING } from './missing.mjs'

const STEP = "await generate({ prompt: 'A paper boat' })"

/** The README's example of a test, in two parts. */
export async function readmeExample() {
  const { code } = (await examplesIn('README.md')).find(({ heading }) => heading === 'Testing your page')
  const lines = code.split('\n')
  const isImport = (line) => line.startsWith('import ')
  return { imports: lines.filter(isImport).join('\n'), steps: lines.filter((line) => !isImport(line)).join('\n') }
}

/** The example; once it has bought, the service took one payment. */
export async function readmeSpec(runner) {
  const { imports, steps } = await readmeExample()
  if (!steps.includes(STEP)) throw new Error("the README's example of a test does not buy")
  return `
    import { expect, test } from '${runner}'
    ${imports}
    test('the example', async () => {
      ${steps.replace(STEP, `${STEP}\nexpect(service.payments).toHaveLength(1)\n`)}
    })`
}

/** Importing the package leaves the environment as it is. */
export const importingSpec = (runner) => `
  import { expect, test } from '${runner}'
  test('importing', async () => {
    const touched = []
    for (const name of ['addEventListener', 'dispatchEvent', 'fetch', 'setTimeout', 'setInterval']) {
      const real = globalThis[name]
      if (real) globalThis[name] = (...args) => (touched.push(name), real(...args))
    }
    const names = Object.getOwnPropertyNames(globalThis)
    await Promise.all([import('imagine-x402'), import('imagine-x402/url'), import('imagine-x402/testing')])
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(names)
    expect(touched).toEqual([])
  })`

/** Without something that it needs, the first call names it. */
export const firstCallSpec = (runner) => `
  import { expect, test } from '${runner}'
  import { quote } from 'imagine-x402'
  test('the first call', async () => {
    const error = await quote({ prompt: 'A paper boat' }, { baseUrl: 'https://imagine.test' }).catch((error) => error)
    expect(error).toMatchObject({ name: 'ImagineError', code: 'unsupported_environment', paid: 'no' })
    const missing = ${JSON.stringify(MISSING)}.filter((name) => !(name in globalThis))
    expect(missing.filter((name) => error.message.includes(name))).not.toEqual([])
  })`
