// TypeScript finds the types of the packed library from every entry, by each way to look for them, and checks the
// declarations as well.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { ROOT, packLibrary } from '../browser/package.mjs'

const run = promisify(execFile)
const TIMEOUT = { timeout: 120_000 }
const COMPILERS = { 'TypeScript 7': 'typescript-7/bin/tsc', 'TypeScript 6': 'typescript/bin/tsc6' }

const USES = `
export async function buy(): Promise<string> {
  const offer: Quote = await quote({ prompt: 'A paper boat' })
  const { video, receipt } = await generate(offer, { maxPrice: '2.00' })
  const spent: string | undefined = receipt?.amount.amount
  return \`\${video?.url} for \${spent}\`
}
export const paidOf = (error: unknown): Paid | undefined => (isImagineError(error) ? error.paid : undefined)
export const world = createTestWorld({ price: '1.00' })
export const proxy: (request: Request) => Promise<Response> = createProxy({ target: 'https://service.test' })
export const hook: typeof useGenerate = useGenerate
export const client: ReturnType<typeof createClient> = createClientByUrl({ wallet: world.wallet })
`
const IMPORTS = `
import { createClient, generate, isImagineError, quote, type Paid, type Quote } from 'imagine-x402'
import { createClient as createClientByUrl } from 'imagine-x402/url'
import { createProxy } from 'imagine-x402/proxy'
import { useGenerate } from 'imagine-x402/react'
import { createTestWorld } from 'imagine-x402/testing'
`
/** CommonJS, of which `node16` believes that it cannot \`require\` a module. */
const LATER = `
export async function buy(): Promise<string> {
  const { generate, quote } = await import('imagine-x402')
  const { init } = await import('imagine-x402/url')
  const { createProxy } = await import('imagine-x402/proxy')
  const { useGenerate } = await import('imagine-x402/react')
  const { createTestWorld } = await import('imagine-x402/testing')
  await init()
  createProxy({ target: 'https://service.test' })
  const { video } = await generate(await quote({ prompt: useGenerate.name }), { wallet: createTestWorld().wallet })
  return String(video?.url)
}
`

const PROJECTS = [
  { name: '`bundler`', file: 'app.ts', text: IMPORTS + USES, module: 'preserve', moduleResolution: 'bundler' },
  { name: '`node16`, a module', file: 'app.mts', text: IMPORTS + USES, module: 'node16', moduleResolution: 'node16' },
  { name: '`node16`, CommonJS', file: 'app.cts', text: LATER, module: 'node16', moduleResolution: 'node16' },
  {
    name: '`nodenext`, CommonJS by `require`',
    file: 'app.cts',
    text: IMPORTS + USES,
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  // TypeScript 7 has it no more.
  {
    name: '`node10`',
    file: 'app.ts',
    text: IMPORTS + USES,
    module: 'es2022',
    moduleResolution: 'node10',
    only: 'TypeScript 6',
  },
]

let library
let app

before(async () => {
  library = await packLibrary()
  app = await mkdtemp(path.join(ROOT, 'build', 'typescript-'))
  await mkdir(path.join(app, 'node_modules', '@types'), { recursive: true })
  await symlink(library.directory, path.join(app, 'node_modules', 'imagine-x402'))
  await symlink(path.join(ROOT, 'node_modules', '@types', 'react'), path.join(app, 'node_modules', '@types', 'react'))
})
after(async () => {
  if (app) await rm(app, { recursive: true })
})

/** What that compiler says of that file. */
async function compile(compiler, { file, text, module, moduleResolution }) {
  const compilerOptions = {
    // An older package refers to itself only where it is installed, and here it is a link.
    ...(moduleResolution === 'node10' && { ignoreDeprecations: '6.0', preserveSymlinks: true }),
    module,
    moduleResolution,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  }
  await writeFile(path.join(app, 'package.json'), JSON.stringify({ name: 'app', private: true }))
  await writeFile(path.join(app, file), text)
  await writeFile(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  return run(process.execPath, [path.join(ROOT, 'node_modules', compiler), '-p', app]).then(
    () => '',
    ({ stdout, stderr }) => stdout + stderr,
  )
}

for (const [version, compiler] of Object.entries(COMPILERS))
  describe(version, TIMEOUT, () => {
    for (const { name, only, ...project } of PROJECTS) {
      if (only && only !== version) continue
      test(name, async () => {
        assert.equal(await compile(compiler, project), '')
        const wrong = `${project.text}\nexport const wrong = import('imagine-x402').then(({ quote }) => quote({ prompt: 1 }))\n`
        assert.match(
          await compile(compiler, { ...project, text: wrong }),
          /Type 'number' is not assignable to type 'string'/,
        )
      })
    }
  })
