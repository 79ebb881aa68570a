// The models of PyPI's x402, held against what the library pays with.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installPython } from './install.mjs'
import { decode, payments } from './payments.mjs'

const SCRIPT = fileURLToPath(new URL('python/validate.py', import.meta.url))

/**
 * Pays in every way, and checks that PyPI's x402 reads what was sent: 1.0.0 payments of version 1, 2.25.0 all of them.
 * @param {1 | 2} version of x402
 */
export async function checkPayments(version) {
  const sent = Object.entries(await payments())
    .map(([kind, header]) => [kind, decode(header)])
    .filter(([, { x402Version }]) => x402Version <= version)
  const input = JSON.stringify(Object.fromEntries(sent))
  const read = JSON.parse(execFileSync(installPython(version), [SCRIPT], { input, encoding: 'utf8' }))
  for (const [kind, payment] of sent) assert.deepEqual(read[kind], membersIn(payment, read[kind]), kind)
}

/** A payment reduced to the members that its version defines: the library adds those of version 1 to version 2. */
const membersIn = (payment, read) => Object.fromEntries(Object.keys(read).map((name) => [name, payment[name]]))
