// The command line against the sandbox.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { encrypt, pbkdf2 } from 'ox/Keystore'
import { ROOT } from '../browser/package.mjs'
import { sandbox, useSandbox } from './agent.mjs'
import { openFolder } from './places.mjs'

useSandbox()

const TIMEOUT = { timeout: 120_000 }
const CLI = join(ROOT, 'dist', 'cli.js')

/** Runs a command against the sandbox. Without a `key`, the environment has that of the sandbox's payer. */
async function cli(folder, args, { key = sandbox.payer.privateKey } = {}) {
  const where = ['--folder', folder, '--rpc', sandbox.rpcUrl, '--service', sandbox.apiUrl]
  const { IMAGINE_PRIVATE_KEY: _, ...env } = process.env
  const child = spawn(process.execPath, [CLI, ...args, ...where], {
    env: { ...env, ...(key && { IMAGINE_PRIVATE_KEY: key }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text))
  const [code] = await once(child, 'close')
  const all = said.stdout + said.stderr
  for (const secret of [sandbox.payer.privateKey, 'open sesame']) assert.ok(!all.includes(secret.slice(2)), 'the key')
  return {
    code,
    ...said,
    lines: () =>
      said.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  }
}

const YES = ['--yes', '--max-price', '2.00']
const paid = async () => (await sandbox.payments()).length

describe('the command line', TIMEOUT, () => {
  test('buys a video and saves it; the same id pays nothing again', async () => {
    const [folder, before] = [await openFolder(), await paid()]
    await mkdir(folder, { recursive: true })
    const out = join(folder, 'boat.mp4')
    const args = ['generate', 'A paper boat', '--id', 'job-8', ...YES]
    const bought = await cli(folder, [...args, '--out', out])
    assert.deepEqual([bought.code, bought.stdout], [0, `${out}, paid 1.00 USDC\n`], bought.stderr)
    assert.match(bought.stderr, /signing\npaying\naccepted; the video is being made/)
    assert.equal((await readFile(out)).toString('latin1', 4, 8), 'ftyp')
    const again = await cli(folder, args)
    assert.equal(again.code, 0)
    const unsaved = await cli(folder, ['resume', 'job-8', '--out', join(folder, 'nowhere', 'boat.mp4')], { key: null })
    assert.deepEqual([unsaved.code, /It was paid/.test(unsaved.stderr)], [4, true], unsaved.stderr)
    assert.match(unsaved.stderr, /resume [\w-]+ --out FILE`\nIt was paid\.\n$/, 'the one advice that works')
    assert.equal((await paid()) - before, 1)

    const listed = await cli(folder, ['tasks'], { key: null })
    assert.equal(listed.stdout, 'job-8  done  paid: yes\n')
    const resumed = await cli(folder, ['resume', 'job-8', '--json'], { key: null })
    assert.ok(resumed.lines().at(-1).result.video.url)
    const status = await cli(folder, ['status', 'job-8'], { key: null })
    assert.deepEqual([status.code, status.stdout], [0, 'completed 100 %\n'])
  })

  test('tells events, and the result, as lines of JSON', async () => {
    const { code, lines } = await cli(await openFolder(), ['generate', 'A moth', '--json', ...YES])
    assert.equal(code, 0)
    const types = lines().map(({ type }) => type)
    assert.deepEqual(types.filter((type) => type !== 'status').slice(-2), ['done', 'result'])
    assert.ok(lines().at(-1).result.receipt.transaction)
  })

  test('quotes without a key', async () => {
    const { code, stdout } = await cli(await openFolder(), ['quote', 'A moth'], { key: null })
    assert.deepEqual([code, stdout], [0, `1.00 USDC to ${sandbox.payTo}\n`])
  })

  test('shows the balance of the account in an encrypted keystore', async () => {
    const folder = await openFolder()
    await mkdir(folder, { recursive: true })
    const [file, passwordFile] = [join(folder, 'key.json'), join(folder, 'password')]
    const [key, options] = pbkdf2({ password: 'open sesame', iterations: 1_000 })
    await writeFile(file, JSON.stringify(encrypt(sandbox.payer.privateKey, key, options)))
    await writeFile(passwordFile, 'open sesame\n')
    const args = ['balance', '--keystore', file, '--password-file', passwordFile]
    const { code, stdout, stderr } = await cli(folder, args, { key: null })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^\d+\.\d\d USDC\n$/)
    await writeFile(passwordFile, 'another')
    const refused = await cli(folder, args, { key: null })
    assert.deepEqual([refused.code, /the password is another one/.test(refused.stderr)], [2, true])
  })

  test('exits with 1 where nothing was paid, and 3 where that is unknown', async () => {
    const [folder, before] = [await openFolder(), await paid()]
    const dear = await cli(folder, ['generate', 'A moth', '--yes', '--max-price', '0.50'])
    assert.equal(dear.code, 1)
    assert.match(dear.stderr, /Nothing was paid\./)
    const spent = await cli(folder, ['generate', 'A moth', '--yes', '--budget', '0.50/day', '--json'])
    assert.deepEqual([spent.code, spent.lines().at(-1).error.code], [1, 'budget_exceeded'])
    await mkdir(join(folder, 'purchases'), { recursive: true })
    await writeFile(join(folder, 'purchases', 'cut.json'), '{"id":"cut","ver')
    const cut = await cli(folder, ['generate', 'A moth', '--id', 'cut', ...YES])
    assert.equal(cut.code, 3)
    assert.match(cut.stderr, /not known yet whether it was paid/)
    assert.equal(await paid(), before)
  })

  const WRONG = {
    'no command': [],
    'an unknown command': ['pay'],
    'an inherited command': ['toString'],
    'an unknown option': ['tasks', '--private-key', '0x1'],
    'a prompt without quotes': ['generate', 'A', 'moth'],
    'no prompt': ['quote'],
    '--yes without a limit': ['generate', 'A moth', '--yes'],
    'nobody to ask': ['generate', 'A moth', '--max-price', '2.00'],
    'a budget without a form': ['generate', 'A moth', '--yes', '--budget', '1/day/2'],
    'a picture that is not there': ['quote', 'A moth', '--image', '/nowhere/boat.png'],
    'a keystore that is not there': ['balance', '--keystore', '/nowhere/key.json'],
  }
  for (const [what, args] of Object.entries(WRONG)) {
    test(`exits with 2 for wrong usage: ${what}`, async () => {
      const { code, stderr, stdout } = await cli(await openFolder(), args)
      assert.equal(code, 2, stderr)
      assert.ok(stderr.includes('--help') || stdout.includes('Usage'), stderr)
    })
  }

  test('exits with 2 for a key that is none, and does not quote it', async () => {
    for (const key of ['0x1234', `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`]) {
      const { code, stderr } = await cli(await openFolder(), ['balance'], { key })
      assert.equal(code, 2)
      assert.ok(!stderr.includes(key.slice(2)), stderr)
    }
    const { code, stderr } = await cli(await openFolder(), ['balance'], { key: null })
    assert.equal(code, 2)
    assert.match(stderr, /IMAGINE_PRIVATE_KEY/)
  })

  test('explains itself', async () => {
    const { code, stdout } = await cli(await openFolder(), ['--help'])
    assert.equal(code, 0)
    assert.match(stdout, /Examples:/)
  })

  test('the doctor reports without a key, and its exit code says whether a page can buy', async () => {
    const [folder, before] = [await openFolder(), await paid()]
    const told = await cli(folder, ['doctor'], { key: null })
    assert.deepEqual([told.code, told.stderr], [0, ''])
    assert.match(told.stdout, /A page of this origin can buy here\.\n$/)
    const json = await cli(folder, ['doctor', sandbox.apiUrl, '--origin', 'http://localhost:3000', '--json'], {
      key: null,
    })
    const [{ type, result }] = json.lines()
    assert.deepEqual([type, result.buys, result.origin], ['result', 'directly', 'http://localhost:3000'])
    const nowhere = await cli(folder, ['doctor', 'http://127.0.0.1:9'], { key: null })
    assert.equal(nowhere.code, 1)
    assert.match(nowhere.stdout, /Nothing can be bought here/)
    const wrong = await cli(folder, ['doctor', 'no address'], { key: null })
    assert.deepEqual([wrong.code, /Nothing was paid/.test(wrong.stderr)], [2, true])
    assert.equal(await paid(), before)
  })

  test('a record that was cut off is not counted as nothing: the budget refuses', async () => {
    const [folder, before] = [await openFolder(), await paid()]
    const args = (id) => ['generate', 'A moth', '--id', id, '--yes', '--budget', '1.00/day']
    assert.equal((await cli(folder, args('a'))).code, 0)
    const file = join(folder, 'purchases', 'a.json')
    const whole = await readFile(file, 'utf8')
    for (const broken of [whole.slice(0, 40), whole.replace('"version":1', '"version":2')]) {
      await writeFile(file, broken)
      const { code, stderr } = await cli(folder, args('b'))
      assert.deepEqual([code, /cannot be read/.test(stderr)], [3, true], stderr)
    }
    assert.equal((await paid()) - before, 1)
    assert.equal((await cli(folder, ['forget', 'a'], { key: null })).code, 0)
    assert.equal((await cli(folder, args('b'))).code, 0, 'it is out of the way')
  })

  test('an output that is closed or full does not turn a payment into "nothing was paid"', async () => {
    const [folder, before] = [await openFolder(), await paid()]
    const where = ['--folder', folder, '--rpc', sandbox.rpcUrl, '--service', sandbox.apiUrl]
    const command = [process.execPath, CLI, 'generate', 'A moth', ...YES, ...where].map((word) => `'${word}'`).join(' ')
    const run = async (script) => {
      const env = { ...process.env, IMAGINE_PRIVATE_KEY: sandbox.payer.privateKey }
      const [code] = await once(spawn('bash', ['-c', script], { env, stdio: 'ignore' }), 'close')
      return code
    }
    assert.equal(await run(`${command} > /dev/full`), 4)
    assert.equal(await run(`${command} 2> /dev/full`), 0)
    assert.equal(await run(`${command} --json | head -1; exit \${PIPESTATUS[0]}`), 4)
    assert.equal((await paid()) - before, 3)
  })

  test('a file that cannot be written is refused before anything is paid', async () => {
    const [folder, before] = [await openFolder(), await paid()]
    for (const out of ['', folder, join(folder, 'nowhere', 'a.mp4')]) {
      await mkdir(folder, { recursive: true })
      const { code, stderr } = await cli(folder, ['generate', 'A moth', ...YES, '--out', out])
      assert.deepEqual([code, /--out/.test(stderr)], [2, true], stderr)
    }
    const missing = await cli(folder, ['resume', 'nobody'])
    assert.deepEqual([missing.code, /no purchase nobody/.test(missing.stderr)], [2, true])
    assert.equal(await paid(), before)
  })
})
