// The command line on a terminal, which `script` (util-linux) plays.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { encrypt, pbkdf2 } from 'ox/Keystore'
import { ROOT } from '../browser/package.mjs'
import { sandbox, useSandbox } from './agent.mjs'
import { openFolder } from './places.mjs'

/** Types an answer to each question, once it is asked. Resolves with the exit code and all that the terminal showed. */
async function type(command, answers) {
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] })
  const open = [...answers]
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text
    if (open.length === 0 || !shown.includes(open[0].question)) return
    // Only then does the program read the terminal.
    setTimeout((answer) => child.stdin.write(`${answer}\r`), 300, open.shift().answer)
  })
  const [code] = await once(child, 'close')
  return { code, shown }
}

describe('the command line on a terminal', () => {
  useSandbox()

  test('asks for the password without showing it, and for the price', { timeout: 120_000 }, async () => {
    const folder = await openFolder()
    await mkdir(folder, { recursive: true })
    const file = join(folder, 'key.json')
    const [key, options] = pbkdf2({ password: 'open sesame', iterations: 1_000 })
    await writeFile(file, JSON.stringify(encrypt(sandbox.payer.privateKey, key, options)))
    const where = `--folder '${folder}' --rpc ${sandbox.rpcUrl} --service ${sandbox.apiUrl} --keystore '${file}'`
    const buy = (answer) =>
      type(`'${process.execPath}' dist/cli.js generate 'A moth' ${where}`, [
        { question: 'Password of ', answer: 'open sesame' },
        { question: '[y/N] ', answer },
      ])

    const declined = await buy('')
    assert.equal(declined.code, 1, declined.shown)
    assert.match(declined.shown, /Pay 1\.00 USDC to 0x[0-9a-fA-F]{40}\?[\s\S]*Nothing was paid\./)
    assert.equal((await sandbox.payments()).length, 0)

    const bought = await buy('y')
    assert.equal(bought.code, 0, bought.shown)
    assert.match(bought.shown, /\[#+\.*\] \d+ %/)
    assert.match(bought.shown, /paid 1\.00 USDC/)
    assert.equal((await sandbox.payments()).length, 1)
    for (const { shown } of [declined, bought]) assert.ok(!shown.includes('sesame'), shown)
  })
})

describe('the command line where the service fails', () => {
  useSandbox({ fail: true })

  test('exits with 4, and does not send anybody to resume', { timeout: 120_000 }, async () => {
    const folder = await openFolder()
    const where = `--folder '${folder}' --rpc ${sandbox.rpcUrl} --service ${sandbox.apiUrl}`
    const buy = `'${process.execPath}' dist/cli.js generate 'A moth' --yes --max-price 2 ${where}`
    const { code, shown } = await type(`IMAGINE_PRIVATE_KEY=${sandbox.payer.privateKey} ${buy}`, [])
    assert.equal(code, 4, shown)
    assert.match(shown, /It was paid\.\r?\n$/)
  })
})
